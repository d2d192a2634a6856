import { oauth } from '../../kit/auth.ts';
import { shippedManifest } from '../../manifest/connector/shipped-manifest.ts';
import { htmlTextTransformation } from '../../ports/html-text-transformation.ts';
import { google } from '../../providers/google.ts';

export const googleCalendar = await shippedManifest(import.meta.dirname, {
  id: 'google_calendar',
  title: 'Google Calendar',
  description: 'Calendars of Google Calendar and their events.',
  labels: ['calendar'],
  oauth: oauth(google, { scopes: ['https://www.googleapis.com/auth/calendar.readonly'] }),
  custom: new Map([['tributary.HtmlText', htmlTextTransformation]]),
});
