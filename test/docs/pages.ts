/** The Markdown pages of the project, and the parts of them that tests look at. */
import { globSync, readFileSync } from 'node:fs';

export interface Page {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

const patterns = ['*.md', 'docs/**/*.md', 'statemachine/*.md', 'accounts/*.md', 'examples/*.md'];

export const pages: readonly Page[] = globSync(patterns)
  .sort()
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

export function pageAt(path: string): Page {
  const found = pages.find((page) => page.path === path);
  if (found === undefined) throw new Error(`There is no page ${path}.`);
  return found;
}

export interface CodeBlock {
  /** The word after the fence, or an empty string. */
  readonly language: string;
  readonly text: string;
}

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;

export function codeBlocks({ text }: Page): CodeBlock[] {
  return [...text.matchAll(fence)].map(([, language = '', body = '']) => ({ language, text: body }));
}

/** `code` in running text, without the fenced blocks. */
export function inlineCode({ text }: Page): string[] {
  return [...text.replace(fence, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** Where the links outside code lead, as written. */
export function linksIn({ text }: Page): string[] {
  const prose = text.replace(fence, '').replace(/`[^`\n]+`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors a page's headings make: lower case, without punctuation, hyphens for spaces. */
export function anchorsIn({ text }: Page): string[] {
  return [...text.replace(fence, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

/** The page with each `<!-- generated: name -->` … `<!-- end -->` filled with the part of that name. */
export function withGenerated({ path, text }: Page, parts: Readonly<Record<string, string>>): string {
  const names = [...text.matchAll(/<!-- generated: (.+?) -->/g)].map(([, name = '']) => name);
  const missing = Object.keys(parts).filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Error(`${path} has no place for ${missing.join(', ')}.`);
  return text.replace(/(<!-- generated: (.+?) -->)\n[\s\S]*?(<!-- end -->)/g, (whole, open, name: string, close) =>
    parts[name] === undefined ? whole : `${open}\n\n${parts[name]}\n\n${close}`,
  );
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The cells of every row of a page's tables whose first cell matches. */
export function rowsIn({ text }: Page): string[][] {
  return [...text.matchAll(/^\|(.+)\|$/gm)].map(([, row = '']) =>
    row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
}
