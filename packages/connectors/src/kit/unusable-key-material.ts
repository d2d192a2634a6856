/** What was given cannot be used; the message says what is wrong with it and what to send, and holds nothing of it that is secret. */
export class UnusableKeyMaterial extends Error {
  override readonly name = 'UnusableKeyMaterial';
}
