import { describe, expect, it } from 'vitest';
import { readConfig } from '#shared/domain/config/read-config.ts';
import { unsupportedIn } from '#shared/domain/release/unsupported.ts';

const pipeline = (stack: string, environment = '') => `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: orders }
stacks:
  - name: network
    template: network.yaml
    stackName: orders-network
  - name: api
    template: api.yaml
    stackName: orders-api
${stack}
environments:
  - name: production
    targets: { matchLabels: { env: production } }
${environment}
`;
const policy = '---\napiVersion: drawbridge/v1\nkind: Policy\nmetadata: { name: guard }\n';

function problemsOf(text: string) {
  const read = readConfig([{ path: 'drawbridge.yml', text }]);
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
  return unsupportedIn(read.config.pipelines[0]!).map(({ code, cause, place }) => `${code} ${place.line} ${cause}`);
}

describe('what no rollout honours yet', () => {
  it('is refused rather than ignored, where it stands', () => {
    expect(problemsOf(pipeline('', '    verify: [{ lambda: drawbridge-verify-orders }]'))).toEqual([
      'NOT_SUPPORTED_YET 15 A verification function is understood here, but no rollout honours it yet.',
    ]);
  });

  it.each(['terminationProtection: true', 'parameters: { VpcId: { fromOutput: network.VpcId } }'])(
    'is not %s',
    (said) => {
      expect(problemsOf(pipeline(`    ${said}`))).toEqual([]);
    },
  );

  it('is not a policy beside the pipeline', () => {
    expect(problemsOf(pipeline('') + policy)).toEqual([]);
  });
});
