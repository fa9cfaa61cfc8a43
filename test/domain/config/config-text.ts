/** A small valid configuration, and ways to break it. */
import { readConfig } from '#shared/domain/config/read-config.ts';
import { type Problem, placeText } from '#shared/domain/errors/problem.ts';

export const pipelineText = `apiVersion: drawbridge/v1
kind: Pipeline
metadata:
  name: orders
stacks:
  - name: network
    template: network.yaml
    stackName: orders-network
  - name: api
    template: api.yaml
    stackName: orders-api
    dependsOn: [network]
    parameters:
      VpcId: { fromOutput: network.VpcId }
      Instances: 2
environments:
  - name: pre-production
    targets: { matchLabels: { env: pre } }
  - name: production
    targets: { matchLabels: { env: prod } }
`;

export const targetText = (name: string, account: string, env: string): string => `apiVersion: drawbridge/v1
kind: Target
metadata: { name: ${name}, labels: { env: ${env} } }
account: ${account}
region: eu-west-1
`;

export const preText = targetText('pre', '"222222222222"', 'pre');
export const prodText = targetText('prod', '"333333333333"', 'prod');

export const parametersText = `apiVersion: drawbridge/v1
kind: Parameters
pipeline: orders
layers:
  - values: { LogLevel: info }
  - environment: production
    values: { LogLevel: warn }
`;

export const policyText = `apiVersion: drawbridge/v1
kind: Policy
metadata: { name: production-by-hand }
selector: { environments: [production] }
approval: { expires: 2h }
`;

/** Replaces exactly one place; a case that no longer fits its text fails loudly. */
export function change(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`'${from}' must occur once`);
  return text.replace(from, () => to);
}

export function problemsOf(...texts: string[]): readonly Problem[] {
  const read = readConfig(texts.map((text, index) => ({ path: `${'abcdef'.charAt(index)}.yml`, text })));
  return read.kind === 'invalid' ? read.problems : [];
}

/** `CODE file:line:column (pointer)`. */
export function lines(problems: readonly Problem[]): string[] {
  return problems.map(({ code, place }) => `${code} ${placeText(place)}`);
}
