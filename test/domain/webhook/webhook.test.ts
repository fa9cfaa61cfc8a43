/** Webhook documents: what is needed, and what would be a hole. */
import { describe, expect, it } from 'vitest';
import { readConfig } from '#shared/domain/config/read-config.ts';
import { Webhook } from '#shared/domain/webhook/webhook.ts';
import { aGitLabWebhook, aStandardWebhook, aWebhook } from './webhook-builders.ts';

describe('a webhook', () => {
  it.each<[string, Webhook]>([
    ['of GitHub', aWebhook()],
    ['of GitHub, for two users and production alone', aWebhook({ actors: [1, 2], environments: ['production'] })],
    ['of GitHub, for tags', aWebhook({ refs: ['refs/tags/v1.0.0'], mode: 'plan' })],
    ['of GitHub, with a page for each promotion', aWebhook({ link: 'https://deploys.example.com/{promotion}' })],
    ['of GitLab', aGitLabWebhook({ repository: { id: 7, fullName: 'acme/shops/orders' } })],
    ['of GitLab with its old token', aGitLabWebhook({ legacyToken: true })],
    ['of anybody with the secret', aStandardWebhook()],
  ])('%s is one', (_, webhook) => {
    expect(Webhook.parse(webhook)).toEqual(webhook);
  });

  it.each<[string, object, string]>([
    ['without a repository', { ...aWebhook(), repository: undefined }, 'repository'],
    ['without refs', { ...aWebhook(), refs: undefined }, 'refs'],
    ['with a bare branch', aWebhook({ refs: ['main'] }), 'refs.0'],
    ['with a wildcard', aWebhook({ refs: ['refs/heads/*'] }), 'refs.0'],
    ['with a line break after the ref', aWebhook({ refs: ['refs/heads/main\n'] }), 'refs.0'],
    ['for pull requests', { ...aWebhook(), events: ['pull_request'] }, 'events.0'],
    ["with GitLab's event at GitHub", aWebhook({ events: ['deployment', 'pipeline'] }), 'events.1'],
    ['without events', aWebhook({ events: [] }), 'events'],
    ['that links to a machine', aWebhook({ link: 'https://169.254.169.254/' }), 'link'],
    ['of GitLab, with a link', aGitLabWebhook({ link: 'https://deploys.example.com/' }), 'link'],
    ['with a repository named only', { ...aWebhook(), repository: { fullName: 'acme/orders' } }, 'repository.id'],
    [
      'with a repository id that lost digits',
      aWebhook({ repository: { id: 2 ** 53, fullName: 'a/b' } }),
      'repository.id',
    ],
    [
      'with a pattern for the repository',
      aWebhook({ repository: { id: 1, fullName: 'acme/*' } }),
      'repository.fullName',
    ],
    ['with the name of an actor', { ...aWebhook(), actors: ['octocat'] }, 'actors.0'],
    ['with a plain token at GitHub', aWebhook({ legacyToken: true }), 'legacyToken'],
    ['that says there is no token', { ...aGitLabWebhook(), legacyToken: false }, 'legacyToken'],
    ['of our own with a repository', aStandardWebhook({ repository: { id: 1, fullName: 'a/b' } }), 'repository'],
    ['of our own with refs', aStandardWebhook({ refs: ['refs/heads/main'] }), 'refs'],
    ['of our own with actors', aStandardWebhook({ actors: [1] }), 'actors'],
    ['with its secret', { ...aWebhook(), secret: 'It is no secret here' }, ''],
    ['of somebody else', { ...aWebhook(), provider: 'bitbucket' }, 'provider'],
  ])('%s is none', (_, webhook, path) => {
    const read = Webhook.safeParse(webhook);
    expect(read.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('is read from a file, with the place of what is wrong', () => {
    const text = (refs: string) =>
      `apiVersion: drawbridge/v1\nkind: Webhook\nmetadata: { name: ci }\nprovider: github\npipeline: orders\n${refs}repository: { id: 1, fullName: acme/orders }\nevents: [deployment]\n`;
    const read = (refs: string) => readConfig([{ path: 'ci.yml', text: text(refs) }]);
    expect(read('refs: [refs/heads/main]\n')).toMatchObject({
      kind: 'config',
      config: { webhooks: [{ document: { metadata: { name: 'ci' } } }] },
    });
    expect(read('')).toMatchObject({ problems: [{ code: 'FIELD_MISSING', place: { file: 'ci.yml' } }] });
    expect(read('refs: [main]\n')).toMatchObject({ problems: [{ code: 'FIELD_INVALID', place: { line: 6 } }] });
    expect(read('refs: [refs/heads/main]\nref: x\n')).toMatchObject({
      problems: [{ code: 'FIELD_UNKNOWN', place: { line: 7 } }],
    });
  });

  it('has a name of its own among the files', () => {
    const text = `${JSON.stringify(aWebhook())}\n---\n${JSON.stringify(aStandardWebhook())}\n`;
    expect(readConfig([{ path: 'ci.yml', text }])).toMatchObject({ problems: [{ code: 'DUPLICATE_NAME' }] });
  });
});
