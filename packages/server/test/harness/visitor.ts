/** A browser without a screen: keeps cookies, follows redirects one by one and sends forms. */
export class Visitor {
  readonly #cookies = new Map<string, string>();
  /** Every address it was at. */
  readonly visited: string[] = [];
  /** `Set-Cookie` of every answer. */
  readonly setCookies: string[] = [];

  /** One request; redirects are not followed. */
  async go(url: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    this.visited.push(url);
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const text of response.headers.getSetCookie()) this.#keep(text);
    return response;
  }

  /** Goes on until a page is shown, or `until` says that it has come to where it was to go; gives the last address. */
  async follow(start: string, until: (url: string) => boolean): Promise<string> {
    let url = start;
    let form: Readonly<Record<string, string>> | undefined;
    for (let step = 0; step < 20; step += 1) {
      if (until(url)) return url;
      const response = await this.go(url, form);
      form = undefined;
      const location = response.headers.get('location');
      if (location === null) {
        const page = await response.text();
        const next = formOf(page);
        if (!next) return url;
        url = new URL(next.action, url).href;
        form = next.fields;
      } else url = new URL(location, url).href;
    }
    throw new Error(`it goes round and round: ${this.visited.join(' ')}`);
  }

  #keep(text: string): void {
    this.setCookies.push(text);
    const [pair = '', ...attributes] = text.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const expires = attributes.find((one) => /^\s*expires=/i.test(one))?.split('=')[1];
    if (expires !== undefined && Date.parse(expires) <= Date.now()) this.#cookies.delete(name);
    else this.#cookies.set(name, pair.slice(at + 1));
  }
}

/** The page's form, filled in as its only user would: a login, or nothing but the consent. */
function formOf(page: string): { readonly action: string; readonly fields: Record<string, string> } | undefined {
  const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
  if (action === undefined) return undefined;
  const fields: Record<string, string> = {};
  for (const [input] of page.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]+)"/.exec(input)?.[1];
    if (name !== undefined) fields[name] = /value="([^"]*)"/.exec(input)?.[1] ?? 'ada';
  }
  return { action, fields };
}
