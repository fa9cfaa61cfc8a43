/** What the sandbox serves, read from its services. */
import { sandboxServices } from '#sandbox/services.ts';
import { table } from './pages.ts';

export function operationTable(): string {
  const rows = sandboxServices
    .filter(({ name }) => name !== 'execute-api')
    .map(({ name, operations }) => [`\`${name}\``, Object.keys(operations).sort().join(', ')]);
  return table(['Service', 'Operations'], rows);
}

export function providerTable(): string {
  const rows = sandboxServices
    .filter(({ providers }) => Object.keys(providers).length > 0)
    .map(({ name, providers }) => [
      `\`${name}\``,
      Object.keys(providers)
        .sort()
        .map((type) => `\`${type}\``)
        .join(', '),
    ]);
  return table(['Service', 'Resource types it makes real'], rows);
}
