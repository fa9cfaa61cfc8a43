/** GATE_URL: nested templates come from the release and from nowhere else. */
import { artifactsBucketParameter } from '../release/release.ts';
import { isObject, type Json, type JsonObject, type TemplatePath } from '../template/template.ts';
import { memberAlternatives } from './alternatives.ts';
import { type DeclaredResource, declaredResources } from './declared-resources.ts';
import type { GateContext, Objection } from './finding.ts';
import { asWritten } from './policy-statements.ts';

const next =
  'Put the template into the folder of the pipeline and name it by its path; the release then carries it, pinned by its digest.';

/** One objection for each TemplateURL that is not a local path or an object of the release in the artifacts bucket. */
export function urlObjections(resource: DeclaredResource, context: GateContext): Objection[] {
  if (resource.type !== 'AWS::CloudFormation::Stack') return [];
  const urls = memberAlternatives(
    { value: resource.properties, path: [...resource.path, 'Properties'] },
    'TemplateURL',
  );
  if (urls.length === 0)
    return [
      { code: 'GATE_URL', path: resource.path, what: 'The nested stack has no TemplateURL that can be read.', next },
    ];
  return urls.flatMap(({ value, path }): Objection[] => {
    const fault = urlFault(value, context);
    return fault === undefined ? [] : [{ code: 'GATE_URL', path, what: `The nested template ${fault}.`, next }];
  });
}

/** What is nested cannot be judged when its template is not handed in. */
export function missingTemplate(resource: DeclaredResource): Objection {
  const what = 'The nested template is not part of the release, so nothing can be said about it.';
  return { code: 'GATE_URL', path: resource.path, what, next };
}

/** A template that another one nests: a path before packaging, the key of an artifact after. */
export interface NestedReference {
  readonly resource: string;
  readonly path: TemplatePath;
  readonly file?: string;
  readonly key?: string;
}

/** What the caller has to read for the gate to walk on. Sources that the gate refuses are not among them. */
export function nestedReferences(template: JsonObject): NestedReference[] {
  return declaredResources(template).flatMap(({ id: resource, type, path: at, properties }): NestedReference[] => {
    const url = properties['TemplateURL'];
    if (type !== 'AWS::CloudFormation::Stack' || url === undefined) return [];
    const path = [...at, 'Properties', 'TemplateURL'];
    const key = new RegExp(`${artifact}$`).exec(packagedUrl(url))?.[0];
    if (key !== undefined) return [{ resource, path, key }];
    return typeof url === 'string' && isLocalPath(url) ? [{ resource, path, file: url }] : [];
  });
}

/** The text under Fn::Sub, as packaging writes it, or the URL as CloudFormation filled it in. */
function packagedUrl(url: Json): string {
  const text = isObject(url) && Object.keys(url).length === 1 ? url['Fn::Sub'] : url;
  return typeof text === 'string' ? text : '';
}

const artifact = '(templates|assets)/[0-9a-f]{64}';
const packaged = new RegExp(
  `^https://\\$\\{${artifactsBucketParameter}\\}\\.s3\\.\\$\\{AWS::Region\\}\\.\\$\\{AWS::URLSuffix\\}/${artifact}$`,
);
const filledIn = new RegExp(`^https://([a-z0-9-]+)\\.s3\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/${artifact}$`);

function urlFault(value: Json, { artifactsBuckets = [] }: GateContext): string | undefined {
  if (isObject(value) && packaged.test(packagedUrl(value))) return undefined;
  if (typeof value !== 'string') return `is at ${asWritten(value)}, which the template does not decide`;
  const bucket = filledIn.exec(value)?.[1];
  if (bucket !== undefined && artifactsBuckets.includes(bucket)) return undefined;
  if (isLocalPath(value)) return undefined;
  if (/^https:\/\//i.test(value))
    return `comes from ${asWritten(value)}, which is no pinned object of the artifacts bucket`;
  return `comes from ${asWritten(value)}; only a path or an https address of the artifacts bucket is a source`;
}

/** As `aws cloudformation package` takes it: no scheme, no computed part. */
const isLocalPath = (text: string): boolean =>
  !/^[a-z][a-z0-9+.-]*:/i.test(text) && !/[$&]\{|\{\{/.test(text) && !text.startsWith('//');
