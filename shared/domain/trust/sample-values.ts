/** Values for parameters that have none, so that a template can be read before it is deployed. */
import { parameterErrors } from '../template/parameter-values.ts';
import { memberOf, type Template, type TemplateParameter } from '../template/template.ts';
import { unresolved } from './unreadable.ts';

/** Somebody else's account, and the name nobody asked for. */
const stranger = 'arn:aws:iam::444444444444:role/someone';
const orchestrator = 'arn:aws:iam::111111111111:role/drawbridge-orchestrator';

const pseudoParameters = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '000000000000',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'stack',
};

/**
 * What is given, else the default, else the first of some likely values that the declaration admits. An empty default stands for "not
 * given", and what is read with it is read with a value as well.
 */
export function sampleValues(
  template: Template,
  given: Readonly<Record<string, string>>,
  expected: string = orchestrator,
): Record<string, string> {
  const likely = [expected, '111111111111', 'drawbridge', 'drawbridge-*', 'o-drawbridge00', '1'];
  const samples = Object.entries(template.Parameters ?? {}).map(([name, parameter]) => {
    const { Default, AllowedValues = [] } = parameter;
    const fitting = [...likely, ...AllowedValues.map(String)].find((value) => isAdmitted(parameter, value));
    const written = Default === undefined || Default === '' ? undefined : String(Default);
    return [name, memberOf(given, name) ?? written ?? fitting ?? unresolved(name)];
  });
  return { ...pseudoParameters, ...Object.fromEntries(samples) };
}

/** Principals that a parameter must keep out, as far as its declaration lets them in, and every value it lists itself. */
export function hostileValues(parameter: TemplateParameter): string[] {
  const { Default, AllowedValues = [] } = parameter;
  const listed = [...AllowedValues, ...(Default === undefined ? [] : [Default])].map(String);
  const hostile = [
    stranger,
    '*',
    '444444444444',
    'arn:aws:iam::444444444444:root',
    'arn:aws:iam::444444444444:user/someone',
    'arn:aws:sts::444444444444:assumed-role/someone/session',
    `${orchestrator}-2`,
    `${orchestrator},${stranger}`,
    'AROAEXAMPLEEXAMPLE001',
  ];
  return [...listed, ...hostile].filter((value) => isAdmitted(parameter, value));
}

function isAdmitted(parameter: TemplateParameter, value: string): boolean {
  return parameterErrors({ parameter }, { parameter: value }).length === 0;
}
