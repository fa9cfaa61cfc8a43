/** Packages the stack policy beside a template. */
import { join } from 'node:path';
import type { Located } from '#shared/domain/config/config.ts';
import type { Pipeline } from '#shared/domain/config/schema.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Place } from '#shared/domain/errors/problem.ts';
import { canonicalJson } from '#shared/domain/release/canonical-json.ts';
import { isPackageable } from './package-template.ts';
import type { Packing } from './packing.ts';
import { readText } from './read-text.ts';

/** Characters of a stack policy (API reference, SetStackPolicy StackPolicyBody). */
const longest = 16_384;

/** The policy as canonical JSON, so that its spelling changes no release; nothing where the stack names none or it is at fault. */
export async function readStackPolicy(
  packing: Packing,
  { document, placeOf }: Located<Pipeline>,
  { index, folder }: { readonly index: number; readonly folder: string },
): Promise<{ stackPolicy?: string }> {
  const file = document.stacks[index]?.stackPolicy;
  if (file === undefined) return {};
  const [path, place] = [join(folder, file), placeOf(['stacks', index, 'stackPolicy'])];
  if (!(await isPackageable(packing, path, place))) return {};
  const read = await readText(path, place);
  if (read.kind === 'unreadable') {
    packing.problems.push(read.problem);
    return {};
  }
  const policy = policyIn(read.text);
  const fault = policy === undefined ? 'it is not JSON with a list of Statement' : lengthFault(policy);
  if (policy !== undefined && fault === undefined) return { stackPolicy: policy };
  packing.problems.push(invalid(path, `${fault}`, place));
  return {};
}

function policyIn(text: string): string | undefined {
  try {
    const policy = JSON.parse(text) as { Statement?: unknown } | null;
    return Array.isArray(policy?.Statement) ? canonicalJson(policy) : undefined;
  } catch {
    return undefined;
  }
}

function lengthFault(policy: string): string | undefined {
  return policy.length > longest ? `it has ${policy.length} characters, and ${longest} is the most` : undefined;
}

function invalid(path: string, detail: string, place: Place) {
  return problem('FIELD_INVALID', { key: 'stackPolicy', detail: `${path}: ${detail}` }, place);
}
