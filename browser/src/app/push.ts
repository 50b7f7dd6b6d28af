/** Notifications on this device: subscribes the browser, and shows which of one's devices it is. */

import { post, Refused } from "../session/bootstrap";
import { toast } from "./toasts";

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

async function digest(endpoint: string): Promise<string> {
  const hashed = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return Array.from(new Uint8Array(hashed), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function markThisDevice(panel: HTMLElement): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const present = await registration?.pushManager.getSubscription();
  if (!present) return;
  const own = await digest(present.endpoint);
  const here = panel.querySelector<HTMLElement>(`[data-push-device="${own}"] [data-push-here]`);
  if (here !== null) here.hidden = false;
}

/** The browser's subscription under the server's key; one made under an older key is replaced. */
async function subscription(key: string): Promise<PushSubscription> {
  const registration = await navigator.serviceWorker.register("/worker.js", { scope: "/" });
  await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
  try {
    return await registration.pushManager.subscribe(options);
  } catch (error) {
    const old = await registration.pushManager.getSubscription();
    if (old === null) throw error;
    await old.unsubscribe();
    return registration.pushManager.subscribe(options);
  }
}

async function start(panel: HTMLElement, button: HTMLButtonElement): Promise<void> {
  if ((await Notification.requestPermission()) !== "granted") {
    toast(button.dataset.denied ?? "", "red");
    return;
  }
  const made = await subscription(panel.dataset.pushKey ?? "").catch(() => null);
  const keys = made?.toJSON().keys;
  if (made === null || keys === undefined) {
    toast(button.dataset.failed ?? "", "red");
    return;
  }
  const fields = { endpoint: made.endpoint, p256dh: keys.p256dh ?? "", auth: keys.auth ?? "" };
  try {
    await post(panel.dataset.pushSubscribe ?? "", new URLSearchParams(fields));
    location.reload();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    toast(error.message, "red");
  }
}

export function startPush(): void {
  const panel = document.querySelector<HTMLElement>("[data-push]");
  const button = panel?.querySelector<HTMLButtonElement>("[data-push-start]");
  if (!panel || !button) return;
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    const unable = panel.querySelector<HTMLElement>("[data-push-unable]");
    if (unable !== null) unable.hidden = false;
    return;
  }
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    void start(panel, button).finally(() => {
      button.disabled = false;
    });
  });
  void markThisDevice(panel);
}
