const TEXT = /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i;
const HALF = 32n;
const LOW = 0xff_ff_ff_ffn;

/** A place in the server's log as PostgreSQL writes it, `16/B374D848`. */
export const isLsn = (text: string): boolean => TEXT.test(text);

export function parseLsn(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << HALF) | BigInt(`0x${low}`);
}

export const formatLsn = (lsn: bigint): string =>
  `${(lsn >> HALF).toString(16)}/${(lsn & LOW).toString(16)}`.toUpperCase();
