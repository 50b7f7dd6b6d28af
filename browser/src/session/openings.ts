/** The OPENs of a session's page: each signed once, kept until it is answered, never for two things. */

import { answered, type KeptSession } from "../signing/keyring";
import type { ChannelPlan, Envelope, SessionData } from "./bootstrap";
import type { SessionChannel } from "./channel";
import type { Keys } from "./connection";
import { lentOpen, signedOpen } from "./documents";

export class Openings {
  /** OPENs are signed one after another: a device takes their counters in order only. */
  private signing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly data: SessionData,
    private readonly keys: Keys,
    private readonly keep: (entry: KeptSession) => Promise<unknown>,
  ) {}

  /** OPEN to send, signed while the line is being dialled; none when the channel is open already. */
  prepare(channel: SessionChannel): Promise<Envelope | undefined> {
    const { grant, mode } = this.data;
    if (channel.live || mode === "watch" || grant === null) return Promise.resolve(undefined);
    const opening = this.keys.kept.openings?.[channel.plan.key];
    channel.signed ??=
      opening === undefined
        ? this.next(() => this.sign(grant, channel.plan))
        : Promise.resolve(opening);
    return channel.signed;
  }

  /** One connection for the front, and the channel number it goes by. */
  lent(grant: Envelope): ReturnType<typeof lentOpen> {
    const plan = { ...this.data.channel, key: this.data.session };
    return this.next(() => lentOpen(this.keys, grant, plan, this.keep));
  }

  private next<T>(sign: () => Promise<T>): Promise<T> {
    const signed = this.signing.then(sign);
    this.signing = signed.catch(() => undefined);
    return signed;
  }

  /** The counter is kept before the OPEN is sent: it is never used for another one. */
  private async sign(grant: Envelope, plan: ChannelPlan): Promise<Envelope> {
    const { kept, key } = this.keys;
    kept.counter += 1;
    const open = await signedOpen(key, grant, plan, kept.counter);
    kept.openings = { ...kept.openings, [plan.key]: open };
    await this.keep(kept);
    return open;
  }

  /** An attach was refused: with another offer it may be tried again. */
  turnedAway(plan: ChannelPlan | undefined): void {
    const { kept } = this.keys;
    if (plan?.kind !== "attach") return;
    delete kept.openings?.[plan.key];
    answered(kept, plan.key);
    void this.keep(kept);
  }

  /** The device has the channel: a returning page takes it up instead of opening it. */
  remember({ key, kind: asked }: ChannelPlan): void {
    const { kept } = this.keys;
    const kind = asked === "attach" ? "shell" : asked;
    answered(kept, key);
    if (!kept.channels.some((channel) => channel.key === key)) kept.channels.push({ key, kind });
    delete kept.openings?.[key];
    void this.keep(kept);
  }

  /** Somebody else has the channel now. */
  forget(gone: string | undefined): void {
    const { kept } = this.keys;
    kept.channels = kept.channels.filter(({ key }) => key !== gone);
    void this.keep(kept);
  }
}
