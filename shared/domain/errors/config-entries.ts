import { entry } from './problem.ts';

/** Problems of the files and arguments a person hands in. */
export const configEntries = {
  FILE_NOT_FOUND: entry<{ path: string }>({
    exit: 2,
    status: 400,
    cause: ({ path }) => `There is no file ${path}.`,
    next: () => 'Check the path, or run the command in the folder that holds drawbridge.yml.',
  }),
  USAGE: entry<{ detail: string; hint: string }>({
    exit: 2,
    status: 400,
    cause: ({ detail }) => detail,
    next: ({ hint }) => hint,
  }),
};
