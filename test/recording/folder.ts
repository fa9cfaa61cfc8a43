import { fileURLToPath } from 'node:url';

/** Where a run of the whole suite leaves its recordings. */
export const recordings = fileURLToPath(new URL('../../build/recordings', import.meta.url));
