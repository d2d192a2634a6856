import { ConnectorError } from '../../kit/connector-error.ts';
import { LIMITS } from './limits.ts';

/** The error about references and merge keys (`<<`) that copy too much. */
export const tooManyCopies = (): ConnectorError =>
  new ConnectorError(
    'configuration',
    `References and merge keys of the manifest copy more than ${LIMITS.copied.toLocaleString('en')} fields; let them mean smaller objects.`,
  );
