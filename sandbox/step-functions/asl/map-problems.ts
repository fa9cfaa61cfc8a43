/** What holds for Map states beyond their form. Source: Developer Guide, "Distributed Map state fields". */
import { isDistributed, type MapState, type Processor, type State } from './definition.ts';
import type { At, DefinitionProblem } from './definition-problem.ts';

const alternatives = [
  ['MaxConcurrency', 'MaxConcurrencyPath'],
  ['ToleratedFailureCount', 'ToleratedFailureCountPath'],
  ['ToleratedFailurePercentage', 'ToleratedFailurePercentagePath'],
] as const;

const distributedOnly = [
  'Label',
  'ToleratedFailureCount',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentage',
  'ToleratedFailurePercentagePath',
] as const;

/** Longest label, in characters. */
const labelLimit = 40;
// biome-ignore lint/suspicious/noControlCharactersInRegex: labels must not contain them
const forbidden = /[\s?*<>{}[\]:;,\\|^~$#%&`"\u0000-\u001f\u007f-\u009f]/;

export function mapProblems(state: MapState, at: At): DefinitionProblem[] {
  const problems = alternatives
    .filter(([plain, path]) => state[plain] !== undefined && state[path] !== undefined)
    .map(([plain, path]) => at(path, `cannot stand beside ${plain}`));
  if (!isDistributed(state)) {
    const misplaced = distributedOnly.filter((field) => state[field] !== undefined);
    return [...problems, ...misplaced.map((field) => at(field, 'this field is not supported in an inline Map'))];
  }
  if (mapsIn(state.ItemProcessor).some(isDistributed)) {
    problems.push(at('ItemProcessor', 'the sandbox runs no distributed Map inside a distributed Map'));
  }
  const { Label: label = 'none' } = state;
  const sound = label !== '' && label.length <= labelLimit && !forbidden.test(label);
  return sound ? problems : [...problems, at('Label', `'${label}' is not a label of 1 to ${labelLimit} characters`)];
}

/** Labels are unique in the whole machine. */
export function repeatedLabels(machine: Processor): DefinitionProblem[] {
  const labels = mapsIn(machine).flatMap(({ Label }) => Label ?? []);
  const repeated = new Set(labels.filter((label, index) => labels.indexOf(label) !== index));
  return [...repeated].map((label) => ({ state: '', field: 'Label', message: `'${label}' is used twice` }));
}

/** What a state holds: branches of a Parallel, the inside of a Map. */
export function innerProcessors(state: State): readonly Processor[] {
  if (state.Type === 'Map') return [state.ItemProcessor];
  return state.Type === 'Parallel' ? state.Branches : [];
}

/** Every Map state, however deep. */
const mapsIn = (processor: Processor): MapState[] =>
  Object.values(processor.States).flatMap((state) => [
    ...(state.Type === 'Map' ? [state] : []),
    ...innerProcessors(state).flatMap(mapsIn),
  ]);
