/** Which addresses a command may send signed requests to. */
import { failure } from '#shared/domain/errors/catalogue.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The SDKs send every call, or those of one service, to these (SDKs and Tools Reference Guide, "Service-specific endpoints"). */
const override = /^AWS_ENDPOINT_URL(_[A-Z0-9_]+)?$/;

/**
 * The API's address without a slash at its end. Throws ENDPOINT_INVALID for one that is no URL or would be reached over http from another
 * machine, and WORLDS_MIXED where the API is real but an override sends AWS calls, and so whose credentials are used, to a sandbox.
 */
export function checkEndpoints(api: string, environment: Environment): string {
  const endpoint = checked('--api', api);
  for (const [variable, value] of Object.entries(environment)) {
    if (!override.test(variable) || !value) continue;
    checked(variable, value);
    if (isLoopback(value) && !isLoopback(api)) throw failure('WORLDS_MIXED', { api, variable, endpoint: value });
  }
  return endpoint;
}

/** True for an address of this machine: what answers there is a sandbox. */
export function isLoopback(endpoint: string): boolean {
  const { hostname } = new URL(endpoint);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function checked(from: string, endpoint: string): string {
  const url = URL.parse(endpoint);
  const refuse = (detail: string, shown = endpoint) => failure('ENDPOINT_INVALID', { from, endpoint: shown, detail });
  if (url === null) throw refuse('it is no URL');
  if (url.username !== '' || url.password !== '') throw refuse('it carries a user name or password', url.host);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(endpoint)))
    return endpoint.replace(/\/+$/, '');
  throw refuse(
    url.protocol === 'http:' ? 'http is neither private nor safe from changes' : `it begins with ${url.protocol}`,
  );
}
