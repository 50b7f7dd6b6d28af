/** A recipe's next step: asked for when the server knows how this one ended, and gone to. */

import { csrfToken } from "../session/bootstrap";
import { keep } from "../signing/keyring";
import { generateKeyPair, sessionKey } from "../signing/sshsig";

export interface RecipePlan {
  /** Where the next step is asked for. */
  next: string;
  /** Where the recipe is shown as a whole. */
  page: string;
}

interface Surroundings {
  /** ms between two questions, and until the page says that the server has not heard. */
  wait: number;
  patience: number;
  store: (kept: Parameters<typeof keep>[0]) => Promise<unknown>;
}

const USUAL: Surroundings = { wait: 400, patience: 60_000, store: keep };

interface Answer {
  session?: string;
  page: string;
  ticket?: string;
}

async function ask(plan: RecipePlan, line: string): Promise<[number, Answer]> {
  const response = await fetch(plan.next, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
    body: new URLSearchParams({ session_key: line }),
    credentials: "same-origin",
  });
  return [response.status, (await response.json().catch(() => ({ page: plan.page }))) as Answer];
}

/** Where to go now: the next step's page, or the recipe's own; undefined when nobody knows yet. */
export async function nextStep(plan: RecipePlan, around = USUAL): Promise<string | undefined> {
  const pair = await generateKeyPair();
  const { line } = await sessionKey(pair);
  for (let waited = 0; waited <= around.patience; waited += around.wait) {
    const [status, answer] = await ask(plan, line);
    if (status === 201 && answer.session !== undefined) {
      const session = answer.session;
      await around.store({ session, pair, counter: 0, channels: [], kept: Date.now() });
      sessionStorage.setItem(`reachback-session-${session}`, JSON.stringify(answer));
      return answer.page;
    }
    if (status !== 202) return plan.page; // it is over, or refused: the recipe's page says which
    await new Promise((done) => setTimeout(done, around.wait));
  }
  return undefined;
}
