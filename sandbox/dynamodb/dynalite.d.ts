/** The part of dynalite that the sandbox uses; the package carries no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface Options {
    /** Real milliseconds a table stays in CREATING and DELETING. */
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
  }
  const dynalite: (options?: Options) => Server;
  export = dynalite;
}
