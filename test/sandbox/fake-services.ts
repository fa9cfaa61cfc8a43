import type { Call, Operation, Service, ServiceName } from '#sandbox/kernel.ts';

/** A service of the given operations, each needing the permission `<service>:<operation>`. */
export function fakeService(
  name: ServiceName,
  operations: Record<string, (input: never, call: Call<never>) => unknown>,
  jobs: Service['jobs'] = {},
): Service {
  const table = Object.entries(operations).map(([operation, run]): [string, Operation<never, unknown>] => [
    operation,
    {
      permissions: () => [{ action: `${name}:${operation}`, resource: '*' }],
      run: (call) => run(call.input, call),
    },
  ]);
  return { name, operations: Object.fromEntries(table), jobs, providers: {} };
}

/** What an operation was asked, for asserting on it afterwards. */
export function recorder<Input>(): { inputs: Input[]; take: (input: Input) => void } {
  const inputs: Input[] = [];
  return { inputs, take: (input) => void inputs.push(input) };
}
