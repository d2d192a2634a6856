import { describe, expect, it } from 'vitest';
import { errors, type AppError } from '../../errors.ts';
import { documented, observed } from './faces.ts';
import { errorPresenter } from './present-error.ts';

const request = { requestId: 'request-1', method: 'GET', path: '/', route: undefined };
const onDocumented = (error: AppError) => errorPresenter(documented)(error, request);
const onObserved = (error: AppError) => errorPresenter(observed)(error, request);

describe('errors of the Airweave API', () => {
  it.each([
    [errors.sync_already_running({ jobId: 'j', state: 'running' }), 409, 400],
    [errors.job_not_cancellable({ state: 'completed' }), 409, 400],
    [errors.collection_exists({ readableId: 'a' }), 409, 400],
    [errors.sync_not_active({ state: 'paused' }), 409, 409],
    [errors.unauthenticated({ reason: 'missing' }), 401, 401],
    [errors.unauthenticated({ reason: 'expired' }), 401, 403],
    [errors.auth_method_unsupported({ shortName: 's', method: 'oauth_token', supported: ['direct'] }), 400, 400],
    [errors.schedule_too_frequent({ shortName: 's' }), 400, 400],
    [errors.malformed_body({ reason: 'r' }), 400, 400],
    [errors.unsupported_media_type({ contentType: 'text/plain' }), 422, 422],
    [errors.method_not_allowed({ method: 'PUT', path: '/', allowed: ['GET'] }), 405, 405],
    [errors.precondition_failed({ current: '"2"' }), 412, 412],
  ])('$code: %s is %d where documented and %d where observed', (error, there, here) => {
    expect(onDocumented(error).status).toBe(there);
    expect(onObserved(error).status).toBe(here);
  });

  it('A25 gives a validation error in both shapes that clients know', () => {
    const issues = [{ path: ['body', 'name'], message: 'String should have at least 4 characters', code: 'too_small' }];
    for (const present of [onDocumented, onObserved]) {
      expect(present(errors.invalid_request({ issues })).body).toEqual({
        detail: [{ loc: ['body', 'name'], msg: 'String should have at least 4 characters', type: 'too_small' }],
        errors: [{ 'body.name': 'String should have at least 4 characters' }],
      });
    }
  });

  it('tells what a source refuses as a list where documented and as a sentence where observed', () => {
    const issues = [{ path: ['body', 'config', 'port'], message: 'Too big', code: 'too_big' }];
    const error = errors.invalid_config_fields({ issues });
    expect(onDocumented(error).body).toMatchObject({ detail: [{ loc: ['body', 'config', 'port'] }] });
    expect(onObserved(error).body).toEqual({
      detail: 'Invalid config fields: port: Too big',
      errors: [{ 'body.config.port': 'Too big' }],
    });
  });

  it('names the field that a service refuses, in the older update by its older name', () => {
    const put = { ...request, method: 'PUT' };
    const cron = errors.invalid_cron({ cron: 'x', reason: 'no' });
    expect(onObserved(cron).body).toMatchObject({ errors: [{ 'body.schedule.cron': expect.any(String) }] });
    expect(errorPresenter(observed)(cron, put).body).toMatchObject({
      errors: [{ 'body.cron_schedule': expect.any(String) }],
    });
    const issues = [{ path: ['body', 'authentication', 'credentials', 'token'], message: 'Field required', code: 'x' }];
    expect(errorPresenter(documented)(errors.invalid_auth_fields({ issues }), put).body).toMatchObject({
      detail: [{ loc: ['body', 'auth_fields', 'token'] }],
    });
  });

  it('names the collection that a search did not find', () => {
    const missing = errors.collection_not_found({ readableId: 'notes' });
    const search = { ...request, method: 'POST', path: '/collections/notes/search/instant' };
    expect(errorPresenter(observed)(missing, search).body).toEqual({ detail: "Collection 'notes' not found" });
    expect(onObserved(missing).body).toEqual({ detail: 'Collection not found' });
  });

  it('says how long to wait when there are too many requests', () => {
    const answer = onObserved(errors.rate_limited({ retryAfterSeconds: 7 }));
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    expect(answer.body).toEqual({ detail: 'Rate limit exceeded. Try again in 7 seconds.' });
  });

  it('tells nothing of an unexpected failure but the id that finds it', () => {
    const answer = onObserved(errors.internal({ requestId: 'request-1' }));
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({ detail: 'Something went wrong on our side.', request_id: 'request-1' });
  });
});
