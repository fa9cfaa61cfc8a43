/** Parameters, tags and outputs of a stack, before and after. */
import { type Json, memberOf } from '../template/template.ts';
import type { Desired, Live } from './stack-facts.ts';
import type { ParameterChange, ValueChange } from './stack-plan.ts';
import {
  declaredParameter,
  isNoEcho,
  knownValue,
  presentEntries,
  type TemplateSide,
  valueText,
} from './template-values.ts';
import { hidden, refersToSecret, visibleText, visibleValue } from './visible-text.ts';

export interface RootSides {
  readonly before: TemplateSide | undefined;
  readonly after: TemplateSide | undefined;
}

/**
 * The parameters that change. One whose value is a secret has both sides masked; one that CloudFormation never shows is always among
 * them, since it cannot be compared.
 */
export function parameterChanges(desired: Desired, live: Live | undefined, sides: RootSides): ParameterChange[] {
  return changedValues(live?.parameters ?? {}, desired.parameters, (name) => isUnseen(name, sides, desired)).map(
    (change) => {
      const { name } = change;
      const masked = isUnseen(name, sides, desired) || [change.before, change.after].some(isSecret);
      const fromOutput = change.after === undefined ? undefined : memberOf(desired.fromOutput, name);
      return {
        ...mapSides(change, masked ? () => hidden : visibleValue),
        ...(fromOutput === undefined ? {} : { fromOutput }),
      };
    },
  );
}

export function tagChanges(desired: Desired, live: Live | undefined): ValueChange[] {
  return changedValues(live?.tags ?? {}, desired.tags).map((change) => mapSides(change, visibleValue));
}

/** The outputs as the templates say them: what they will be is known only once the stack is deployed. */
export function outputChanges({ before, after }: RootSides): ValueChange[] {
  return changedValues(outputTexts(before), outputTexts(after)).map((change) => mapSides(change, visibleText));
}

/** Each output's value, and under `<name> export` what it is exported as. */
export function outputTexts(side: TemplateSide | undefined): Record<string, string> {
  if (side === undefined) return {};
  return Object.fromEntries(
    presentEntries(side, 'Outputs').flatMap(([name, output]) => {
      const { Value: value = '', Export: exported } = knownValue(output, side) as { Value?: Json; Export?: Json };
      const as = exported as { Name?: Json } | undefined;
      const own: [string, string][] = [[name, valueText(value)]];
      return as?.Name === undefined ? own : [...own, [`${name} export`, valueText(as.Name)]];
    }),
  );
}

type Values = Readonly<Record<string, string>>;

/** In the order of the names. `anyway` says of a value that is on both sides that it counts as changed. */
export function changedValues(
  before: Values,
  after: Values,
  anyway: (name: string) => boolean = () => false,
): ValueChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [old, wanted] = [memberOf(before, name), memberOf(after, name)];
    if (old === wanted && !anyway(name)) return [];
    return [
      { name, ...(old === undefined ? {} : { before: old }), ...(wanted === undefined ? {} : { after: wanted }) },
    ];
  });
}

function mapSides<Change extends ValueChange>(change: Change, shown: (text: string) => string): Change {
  const { before, after } = change;
  return {
    ...change,
    ...(before === undefined ? {} : { before: shown(before) }),
    ...(after === undefined ? {} : { after: shown(after) }),
  };
}

/** NoEcho on either side. An opaque parameter is one unless its type says that its value is a name. */
function isUnseen(name: string, { before, after }: RootSides, desired: Desired): boolean {
  const declared = [before, after].map((side) => side && declaredParameter(side, name));
  if (declared.some(isNoEcho)) return true;
  const isName = declared.some((one) => String(one?.['Type']).startsWith('AWS::SSM::'));
  return desired.opaqueParameters.includes(name) && !isName;
}

const isSecret = (text: string | undefined): boolean => text !== undefined && refersToSecret(text);
