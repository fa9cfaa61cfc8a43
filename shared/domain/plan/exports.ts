/**
 * Exports that a change set would take away or change, as far as the templates tell before it runs. CloudFormation rolls a stack back that
 * does that to an export which another stack imports (User Guide, "Get exported outputs from a deployed CloudFormation stack").
 */
import { type Placed, partitionOf } from '../names.ts';
import { isObject, type Json, memberOf } from '../template/template.ts';
import type { StackFacts } from './stack-facts.ts';
import type { PlannedChange } from './stack-plan.ts';
import { templateSides } from './template-sides.ts';
import { knownValue, presentEntries, type TemplateSide } from './template-values.ts';

interface LostExport {
  readonly name: string;
  readonly how: 'removed' | 'changed';
}

/** An export that its stack loses, and the names of the stacks that import it now. */
export interface ExportInUse extends LostExport {
  readonly importers: readonly string[];
}

export interface ExportChanges {
  /** Those that are lost for certain: what only the deployment can tell is left to CloudFormation, and so are exports of nested stacks. */
  readonly lost: readonly LostExport[];
  /** What the stack and those nested in it import then; a name that only the deployment can tell has a `${` in it. */
  readonly imports: readonly string[];
}

/** What a change set means for the exports of its stack and of others. */
export function exportChanges({ desired, live, changes = [], templates }: StackFacts, target: Placed): ExportChanges {
  const place = { ...target, 'AWS::StackName': desired.stackName };
  const after = templateSides(templates, 'after', desired.parameters);
  const before = templateSides(templates, 'before', live?.parameters ?? {});
  const imports = [...after].flatMap(([within, side]) => importsIn(side, within === '' ? place : target));
  const [was, is] = [before, after].map((sides) => exportsIn(sides.get(''), place)) as [Exported[], Exported[]];
  return { lost: lostExports({ live, changes, was, is }), imports: [...new Set(imports)].sort() };
}

function lostExports({ live, changes, was, is }: Lost): LostExport[] {
  return Object.entries(live?.exports ?? {}).flatMap(([name, output]): LostExport[] => {
    const old = was.find((one) => one.output === output)?.name;
    const same = is.find((one) => one.name === name || (one.output === output && one.name === old));
    if (same === undefined) return is.every((one) => isKnown(one.name)) ? [{ name, how: 'removed' }] : [];
    return isChanged(same.value, live?.outputs[output], changes) ? [{ name, how: 'changed' }] : [];
  });
}

interface Lost {
  readonly live: StackFacts['live'];
  readonly changes: readonly PlannedChange[];
  readonly was: readonly Exported[];
  readonly is: readonly Exported[];
}

function importsIn(side: TemplateSide, place: Place): string[] {
  const visit = (value: Json): string[] => {
    if (Array.isArray(value)) return value.flatMap(visit);
    if (!isObject(value)) return [];
    return Object.entries(value).flatMap(([key, member]) =>
      key === 'Fn::ImportValue' ? [textOf(member, side, place)] : visit(member),
    );
  };
  return visit(side.template);
}

/** Nothing is known of the name of a nested stack. */
type Place = Placed & { readonly 'AWS::StackName'?: string };

export const isKnown = (text: string): boolean => !text.includes('${') && !text.includes('{{resolve:');

interface Exported {
  readonly output: string;
  readonly name: string;
  readonly value: string;
}

function exportsIn(side: TemplateSide | undefined, place: Place): Exported[] {
  if (side === undefined) return [];
  return presentEntries(side, 'Outputs').flatMap(([output, { Value = '', Export = '' }]) => {
    const name = isObject(Export) ? memberOf(Export, 'Name') : undefined;
    return name === undefined ? [] : [{ output, name: textOf(name, side, place), value: textOf(Value, side, place) }];
  });
}

/** The text, or one with a `${` in it where there is none before the deployment. */
function textOf(value: Json, side: TemplateSide, { account, region, ...own }: Place): string {
  const known = knownValue(value, side);
  const text = typeof known === 'object' ? `\${${JSON.stringify(known)}}` : String(known);
  const pseudo = { ...own, 'AWS::AccountId': account, 'AWS::Region': region, 'AWS::Partition': partitionOf(region) };
  return text.replaceAll(/\$\{(AWS::[A-Za-z]+)\}/g, (whole, name: string) => memberOf(pseudo, name) ?? whole);
}

/** A resource that is replaced has another id; a custom resource decides about its own. */
function isChanged(wanted: string, now: string | undefined, changes: readonly PlannedChange[]): boolean {
  if (isKnown(wanted)) return wanted !== now;
  const replaced = changes.filter(
    ({ within, replacement, type }) =>
      within === undefined &&
      replacement === 'True' &&
      !type.startsWith('Custom::') &&
      type !== 'AWS::CloudFormation::CustomResource',
  );
  return replaced.some(({ logicalId }) => wanted.includes(`\${${logicalId}}`));
}
