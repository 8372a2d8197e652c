// Why an answer is not shown. Each kind says who can do something about it.

// Something does not hold together; `roles` are the nodes to blame, none where it cannot be told. The message
// is for people. A fault is `provable` when a node sealed something else than it signed: then the key of its
// part proves it to anybody.
export class Fault extends Error {
  constructor(message, roles = [], { provable = false } = {}) {
    super(message);
    this.roles = roles;
    this.provable = provable;
  }
}

// The answer could not be looked at, and nothing speaks against it; the message says what to do.
export class NotOpened extends Error {}

// The file that was chosen is not a key file, or not the one that is needed.
export class KeyFileError extends NotOpened {}
