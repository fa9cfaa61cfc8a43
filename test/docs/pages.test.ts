import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsIn, inlineCode, linksIn, pageAt, pages } from './pages.ts';

const { scripts, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const everyPage = pages.map((page) => [page.path, page] as const);

describe.each(everyPage)('%s', (path, page) => {
  it('links to files and headings that exist', () => {
    const broken = linksIn(page).filter((link) => !/^https:/.test(link) && !resolves(path, link));
    expect(broken).toEqual([]);
  });

  it('has one title and no path of a machine', () => {
    expect(page.text.match(/^# .+$/gm)?.[0]).toBe(page.text.split('\n')[0]);
    expect(page.text).not.toMatch(/(^|[\s`"'(=])\/(work|tmp|home|root|Users|var)\//);
  });

  it('names only scripts that exist', () => {
    const named = [...page.text.matchAll(/npm run (?:-s )?([\w-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('names only files of the project that exist', () => {
    const files = inlineCode(page).filter((code) =>
      /^(accounts|cli|docs|examples|infra|sandbox|scripts|shared)\/[\w./-]+$/.test(code),
    );
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
});

describe('the README', () => {
  it('tells what, picture, commands, failure, own pipeline, first account, disclosure, in this order', () => {
    const headings = pageAt('README.md').text.match(/^## .+$/gm);
    expect(headings).toEqual(
      [
        'Two commands',
        'What you see',
        'Try a failure',
        'See it before it happens',
        'Look at it',
        'Your own pipeline',
        'Your first real account',
        'A disclosure',
        'More',
      ].map((heading) => `## ${heading}`),
    );
  });

  it('discloses what the package serverless is', () => {
    expect(pageAt('README.md').text).toContain(`\`${devDependencies.serverless}\``);
  });
});

describe('the index', () => {
  it('leads to every page of the documentation', () => {
    const listed = linksIn(pageAt('docs/README.md')).map((link) => join('docs', link));
    const decisions = linksIn(pageAt('docs/decisions/README.md')).map((link) => join('docs/decisions', link));
    const all = pages.map(({ path }) => path).filter((path) => path.startsWith('docs/') && path !== 'docs/README.md');
    expect(all.filter((path) => ![...listed, ...decisions].includes(path))).toEqual([]);
  });
});

describe('decisions', () => {
  const decisions = pages.filter(({ path }) => /^docs\/decisions\/\d/.test(path));

  it('are numbered without a gap', () => {
    expect(decisions.map(({ path }) => path.slice('docs/decisions/'.length, 'docs/decisions/0000'.length))).toEqual(
      decisions.map((_, index) => String(index + 1).padStart(4, '0')),
    );
  });

  it.each(decisions.map((page) => [page.path, page] as const))(
    '%s has context, decision and consequences',
    (path, page) => {
      expect(page.text.match(/^## .+$/gm)).toEqual(['## Context', '## Decision', '## Consequences']);
      expect(page.text).toContain(`# ${path.slice('docs/decisions/'.length).slice(0, 4)}: `);
    },
  );
});

function resolves(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? from : join(dirname(from), file);
  if (!existsSync(path)) return false;
  return anchor === undefined || anchorsIn(pageAt(path)).includes(anchor);
}
