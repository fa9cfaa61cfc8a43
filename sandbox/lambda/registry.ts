import { fileURLToPath } from 'node:url';

/** Where the build puts the bundled functions. */
export const functionsFolder = fileURLToPath(new URL('../../build/functions/', import.meta.url));

const handlerPattern = /^build\/functions\/(?<name>[a-z0-9]+(?:-[a-z0-9]+)*)\.handler$/;

/**
 * The bundle of one of Drawbridge's own functions, from its handler as packaged (`build/functions/<name>.handler`), or undefined for a
 * function that somebody else wrote: such code does not run in the sandbox.
 */
export function bundleName(handler: string): string | undefined {
  return handlerPattern.exec(handler)?.groups?.['name'];
}
