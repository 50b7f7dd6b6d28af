// @vitest-environment happy-dom
/** The page of a tunnel's session: what it signs, and when; what it shows of the front's counting. */

import { beforeEach, expect, test, vi } from "vitest";
import type { Json } from "../src/link/frames";
import { handOver } from "../src/session/opening";
import { TunnelPage } from "../src/tunnel/page";
import { FakeFront, FakeTime, freshKeys, sessionData, surroundings } from "./fake_front";
import { answerWith, find, show } from "./page";

const TEXTS = {
  ended: "The session is over.",
  page_ready: "Ready.",
  page_open: "Open.",
  page_over: "Closed.",
  page_lost: "Lost.",
};
let time: FakeTime;
let front: FakeFront;

beforeEach(() => {
  time = new FakeTime();
  front = new FakeFront(time);
  show(`<div id="tunnel"><p data-tunnel-state></p><button data-tunnel-open disabled></button>
    <p data-tunnel-problem hidden></p><b data-tunnel-requests></b><b data-tunnel-connections></b>
    <b data-tunnel-sent></b><b data-tunnel-received></b></div>`);
});

async function joined(): Promise<TunnelPage> {
  const keys = freshKeys();
  keys.kept.counter = 1;
  const data = {
    ...sessionData(),
    channel: { key: "s1.1", kind: "tunnel", parameters: { target: "till-3:80" } },
    open_url: "/sessions/s1/page",
    texts: TEXTS,
  };
  const ticket = async () => "t1";
  const page = new TunnelPage(find("#tunnel"), data, keys, ticket, surroundings(front, time));
  page.start();
  await time.pass(50);
  return page;
}

async function told(origin: Json): Promise<void> {
  front.send({ name: "notice", value: { origin } });
  front.flush();
  await time.pass(50);
}

const wishes = () => front.device.opens.map((open) => JSON.parse(open.body));

test("joining opens nothing; the button waits for the line", async () => {
  await joined();
  expect(front.hellos).toHaveLength(1);
  expect(wishes()).toEqual([]);
  expect(find<HTMLButtonElement>("[data-tunnel-open]").disabled).toBe(false);
  expect(find("[data-tunnel-state]").textContent).toBe("Ready.");
});

test("as many connections are signed as the front says are wanted, each with a counter of its own", async () => {
  await joined();
  await told({ want: 2 });
  await told({ want: 1 });
  expect(wishes().map(({ channel, counter }) => [channel, counter])).toEqual([
    ["s1.2", 2],
    ["s1.3", 3],
    ["s1.4", 4],
  ]);
  expect(
    wishes().every(
      ({ kind, parameters }) => kind === "tunnel" && parameters.target === "till-3:80",
    ),
  ).toBe(true);
});

test("a front that wants thousands at once gets what a browser needs", async () => {
  await joined();
  await told({ want: 5000 });
  expect(wishes()).toHaveLength(24);
});

test("the front's figures are shown, and words of a device are text", async () => {
  await joined();
  await told({ requests: 12, connections: 2, sent: 999, received: 4_200_000, last: "<b>no</b>" });
  const shown = ["requests", "connections", "sent", "received"].map(
    (name) => find(`[data-tunnel-${name}]`).textContent,
  );
  expect(shown).toEqual(["12", "2", "999 B", "4.2 MB"]);
  expect(find("[data-tunnel-problem]").textContent).toBe("<b>no</b>");
  expect(find("[data-tunnel-problem]").hidden).toBe(false);
});

test("a session that is over signs nothing more and says who ended it", async () => {
  await joined();
  await told({ over: "Chen Wei has revoked all access." });
  expect(find("[data-tunnel-state]").textContent).toContain("Chen Wei has revoked all access.");
  expect(find("[data-tunnel-open]").hidden).toBe(true);
  await told({ want: 1 });
  expect(wishes()).toEqual([]);
});

test("the tab that waits is told its address once the page has joined", async () => {
  const asked = answerWith(200, { url: "http://page-a.localhost/-/reachback/enter/t" });
  const heard: Json[] = [];
  const tab = new BroadcastChannel("reachback-opening-tab-1");
  tab.onmessage = ({ data }) => heard.push(data);
  handOver("s1", "tab-1");
  await joined();
  await vi.waitFor(() => expect(heard).toHaveLength(1), 20_000);
  tab.close();
  expect(asked.map(({ url }) => url)).toEqual(["/sessions/s1/page"]);
  expect(heard).toEqual([{ url: "http://page-a.localhost/-/reachback/enter/t" }]);
  expect(find("[data-tunnel-state]").textContent).toBe("Open.");
});
