/** Every page's script: htmx with our CSRF header, keys, palette, live lists, and small behaviours. */

import htmx from "htmx.org";
import { csrfToken } from "../session/bootstrap";
import { startConnect } from "./connect";
import { startEvents } from "./events";
import { startKeys } from "./keys";
import { startLive } from "./live";
import { startPage } from "./page";
import { startPalette } from "./palette";
import { startPush } from "./push";
import { startRows } from "./rows";
import { startRunForms } from "./running";
import { startTimes } from "./times";
import { startToasts } from "./toasts";

htmx.config.allowEval = false; // the content security policy forbids it
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages hold customers' data: nothing of them stays in local storage

document.addEventListener("htmx:configRequest", (event) => {
  const detail = (event as CustomEvent<{ headers: Record<string, string> }>).detail;
  detail.headers["X-CSRFToken"] = csrfToken();
});

startRows();
startKeys();
startPalette();
startToasts();
startTimes();
startLive();
startEvents();
startConnect();
startRunForms();
startPage();
startPush();
