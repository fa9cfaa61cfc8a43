import type { Caller, Service } from '#sandbox/kernel.ts';

interface Received {
  readonly service: string;
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly caller: Caller;
  readonly payload: unknown;
}

/** A Lambda and a Step Functions that only remember what they were asked. `failures` are thrown first, one per call. */
export function fakeTargets() {
  const received: Received[] = [];
  const failures: Error[] = [];
  const remember = (service: 'lambda' | 'states', operation: string): Service => ({
    name: service,
    operations: {
      [operation]: {
        permissions: () => [],
        run: ({ input, caller }) => {
          const failure = failures.shift();
          if (failure) throw failure;
          const text = input.input ?? new TextDecoder().decode(input.Payload);
          received.push({ service, operation, input, caller, payload: JSON.parse(text) });
          return {};
        },
      },
    },
    jobs: {},
    providers: {},
  });
  return { received, failures, services: [remember('lambda', 'Invoke'), remember('states', 'StartExecution')] };
}
