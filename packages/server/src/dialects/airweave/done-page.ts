import { Reply } from '../../http/route.ts';

/** What a person sees who was to be sent nowhere. It needs no script and no style, which the service's policy forbids. */
export function donePage(): Reply<string> {
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Access allowed</title>
<h1>Access allowed</h1>
<p>You can close this page. Whoever asked you to connect the source can go on now.</p>
</html>
`;
  return new Reply(page, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
}
