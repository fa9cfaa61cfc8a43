/** Whether a path means the same to IAM, which judges it as it was asked, and to the API, which looks up what is there. */

/** What ends or turns a path, and escapes of what needs none (RFC 3986, section 2.3). */
const ambiguous = /[\\?#]|%(2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/i;

/** False for dot segments and any other second spelling of a path: a policy could let in the one and mean the other. */
export function isServedAsAsked(path: string): boolean {
  return path.startsWith('/') && !ambiguous.test(path) && new URL(`https://host${path}`).pathname === path;
}
