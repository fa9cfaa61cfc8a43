import { entry } from './problem.ts';

/** Problems of where a command works: the sandbox on this machine, or the API of a deployment. */
export const worldEntries = {
  WORLD_BUSY: entry<{ folder: string; holder: number }>({
    exit: 2,
    status: 409,
    cause: ({ folder, holder }) => `The sandbox in ${folder} is in use by process ${holder}.`,
    next: () => 'Wait until that command has ended, or work in another folder with --world.',
  }),
  WORLD_ABSENT: entry<{ folder: string }>({
    exit: 2,
    status: 404,
    cause: ({ folder }) => `There is no sandbox in ${folder}: nothing was rehearsed here yet.`,
    next: () => 'Begin with `npm start` or `drawbridge rehearse`, or name another folder with --world.',
  }),
  PERSON_UNKNOWN: entry<{ name: string; known: readonly string[] }>({
    exit: 2,
    status: 400,
    cause: ({ name }) => `Nobody is called ${name} in the sandbox.`,
    next: ({ known }) => `Act as one of ${known.join(', ')}.`,
  }),
  FAULT_INVALID: entry<{ fault: string; detail: string; hint: string }>({
    exit: 2,
    status: 400,
    cause: ({ fault, detail }) => `The fault ${fault} cannot be injected: ${detail}.`,
    next: ({ hint }) => hint,
  }),
  FAULT_NOT_REACHED: entry<{ fault: string }>({
    exit: 2,
    status: 400,
    cause: ({ fault }) => `The fault ${fault} was never reached: nothing did that to the resource.`,
    next: () =>
      'Rehearse a change of the resource, for example: npm start -- examples/orders-update --fault production:Api:UPDATE_FAILED',
  }),
  WORLD_UNREADABLE: entry<{ folder: string; reason: string }>({
    exit: 2,
    status: 400,
    cause: ({ folder, reason }) => `The sandbox saved in ${folder} cannot be read: ${reason}.`,
    next: () => 'Begin anew with `drawbridge rehearse --fresh`, which replaces it.',
  }),
  ENDPOINT_INVALID: entry<{ from: string; endpoint: string; detail: string }>({
    exit: 2,
    status: 400,
    cause: ({ from, endpoint, detail }) => `The address ${endpoint} (${from}) is refused: ${detail}.`,
    next: ({ from }) =>
      `Give ${from} an address that begins with https://; http:// is for this machine (127.0.0.1) only.`,
  }),
  WORLDS_MIXED: entry<{ api: string; variable: string; endpoint: string }>({
    exit: 2,
    status: 400,
    cause: ({ api, variable, endpoint }) =>
      `The API ${api} is real, but ${variable} sends AWS calls to ${endpoint} on this machine.`,
    next: ({ variable }) => `Unset ${variable} to work on AWS, or use --sandbox.`,
  }),
  SET_UP_FAILED: entry<{ stack: string; detail: string }>({
    exit: 1,
    status: 400,
    cause: ({ stack, detail }) => `The sandbox could not be set up with the template of ${stack}: ${detail}`,
    next: () => 'Correct that template; with --accounts it is account.yml or region.yml of the folder.',
  }),
  WORLD_NOT_CHOSEN: entry<Record<string, never>>({
    exit: 2,
    status: 400,
    cause: () => 'The command does not know where to work: neither an API nor the sandbox is named.',
    next: () => 'Name the API of your deployment with --api or DRAWBRIDGE_API, or rehearse with --sandbox.',
  }),
};
