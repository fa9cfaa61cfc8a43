import type { World } from '../kernel.ts';

export interface BusPlace {
  readonly account: string;
  readonly region: string;
}

/** The ARN of a bus given by name or ARN; no name is the default bus. */
export function busArn(text: string | undefined, { account, region }: BusPlace): string {
  if (text?.startsWith('arn:')) return text;
  return `arn:aws:events:${region}:${account}:event-bus/${text ?? 'default'}`;
}

/** The parts of a bus ARN. */
export function busPlace(arn: string): BusPlace & { readonly name: string } {
  const [, , , region = '', account = '', resource = ''] = arn.split(':');
  return { account, region, name: resource.replace('event-bus/', '') };
}

export function busExists(world: World, arn: string): boolean {
  return busPlace(arn).name === 'default' || world.events.buses[arn] !== undefined;
}

/** The bus's resource policy for a permission, where it has one. */
export function busPolicy(world: World, arn: string) {
  const statements = Object.values(world.events.busPolicies[arn] ?? {});
  if (statements.length === 0) return {};
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return { resourcePolicy: { account: busPlace(arn).account, document } };
}
