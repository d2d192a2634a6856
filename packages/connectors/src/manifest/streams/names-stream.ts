/** Whether the words of an error say which stream it is of; a name that only stands in an address or a body does not. */
export const namesStream = (message: string, stream: string): boolean =>
  message.includes(`tream "${stream}"`) || message.includes(`tream ${stream}: `);
