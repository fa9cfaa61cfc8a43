/** Writes drawbridge.yml: node examples/sixty-stacks/generate.mjs */
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const areas = ['accounts', 'billing', 'catalogue', 'delivery', 'payments', 'support'];
const servicesOfAnArea = 10;

/** The whole file: six areas of ten services. In an area each service comes after the one before; a few listen to another's topic. */
export function sixtyStacks() {
  const stacks = areas.flatMap((area, index) =>
    Array.from({ length: servicesOfAnArea }, (_, service) => stack({ area, service, before: areas[index - 1] })),
  );
  return `${head}${stacks.join('')}${rest}`;
}

function stack({ area, service, before }) {
  const name = nameOf(area, service);
  const dependsOn = service === 0 ? '' : `    dependsOn: [${nameOf(area, service - 1)}]\n`;
  const upstream = upstreamOf({ area, service, before });
  const parameters =
    upstream === undefined ? '' : `    parameters: { UpstreamTopic: { fromOutput: ${upstream}.TopicArn } }\n`;
  return `  - name: ${name}
    template: templates/service.yaml
    stackName: sixty-${name}
${dependsOn}${parameters}    tags: { area: ${area} }
`;
}

/** The last service of an area listens to its first one, and the first one to the first of the area before. */
function upstreamOf({ area, service, before }) {
  if (service === servicesOfAnArea - 1) return nameOf(area, 0);
  return service === 0 && before !== undefined ? nameOf(before, 0) : undefined;
}

const nameOf = (area, service) => `${area}-${String(service + 1).padStart(2, '0')}`;

const head = `# Made by generate.mjs: sixty stacks from one template.
apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: sixty }
stacks:
`;

const rest = `environments:
  - name: pre-production
    targets: { matchLabels: { env: pre-production } }
  - name: production
    targets: { matchLabels: { env: production } }
---
apiVersion: drawbridge/v1
kind: Parameters
pipeline: sixty
layers:
  - environment: production
    values: { VisibilityTimeout: 120 }
---
apiVersion: drawbridge/v1
kind: Target
metadata: { name: pre-production, labels: { env: pre-production } }
account: "222222222222"
region: eu-west-1
---
apiVersion: drawbridge/v1
kind: Target
metadata: { name: production, labels: { env: production } }
account: "333333333333"
region: eu-west-1
---
# The platform team says what is not production: there nobody is asked.
apiVersion: drawbridge/v1
kind: Policy
metadata: { name: pre-production }
selector: { matchLabels: { env: pre-production } }
production: false
`;

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('drawbridge.yml', import.meta.url), sixtyStacks());
}
