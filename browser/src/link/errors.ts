/** The two sides of a broken protocol: the peer's fault, or ours. */

export class LinkError extends Error {
  constructor(
    readonly code: string,
    sentence: string,
  ) {
    super(sentence);
  }
}

/** The peer broke the protocol. */
export class RemoteError extends LinkError {}

/** We misused the library. */
export class LocalError extends LinkError {}
