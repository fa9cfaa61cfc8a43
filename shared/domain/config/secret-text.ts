/** Access keys have no place in a file. Found in the raw text, so comments and broken YAML count too. */
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';
import type { ConfigFile } from './yaml-source.ts';

// IAM User Guide, "IAM identifiers": AKIA is a long-term access key, ASIA a temporary one.
const accessKey = /(?<![A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/g;

/** One STATIC_KEY problem for each access key id in the text; the id itself is masked. */
export function staticKeys(file: ConfigFile): Problem[] {
  return [...file.text.matchAll(accessKey)].map((match) =>
    problem('STATIC_KEY', { masked: maskKeys(match[0]) }, placeOfOffset(file, match.index)),
  );
}

/** The text with every access key id reduced to its prefix. */
export function maskKeys(text: string): string {
  return text.replaceAll(accessKey, (_whole, prefix) => `${prefix}${'*'.repeat(16)}`);
}

function placeOfOffset(file: ConfigFile, offset: number): Place {
  const before = file.text.slice(0, offset).split('\n');
  return { file: file.path, line: before.length, column: (before.at(-1) as string).length + 1 };
}
