import { isObject, type JsonObject, type TemplatePath } from '../template/template.ts';

/** Where scanners look for what they shall not report: in the Metadata of the resource or of the template. */
const scanners: Readonly<Record<string, string>> = {
  cfn_nag: 'cfn_nag',
  guard: 'cfn-guard',
  checkov: 'checkov',
  'cfn-lint': 'cfn-lint',
};

/** The scanners that the template silences for the resource at the path, or for all of it. The gate reports all the same. */
export function suppressionsAt(template: JsonObject, path: TemplatePath): string[] {
  const owners = path.map((_, index) => memberAt(template, path.slice(0, index))).filter(isObject);
  const silenced = owners.flatMap(({ Metadata: metadata }) => (isObject(metadata) ? Object.keys(metadata) : []));
  return Object.entries(scanners).flatMap(([key, name]) => (silenced.includes(key) ? [name] : []));
}

function memberAt(template: JsonObject, path: TemplatePath): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined,
    template,
  );
}
