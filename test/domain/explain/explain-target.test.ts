/** Why a target gets what it gets. */
import { describe, expect, it } from 'vitest';
import type { PlacedLayer } from '#shared/domain/config/resolve-parameters.ts';
import type { Layer, Target } from '#shared/domain/config/schema.ts';
import { type ExplainedTarget, explainTargets, type ToExplain } from '#shared/domain/explain/explain-target.ts';
import type { ExplainedParameter, ExplainedTag, ExplainedValue } from '#shared/domain/explain/explain-values.ts';
import type { DeclaredParameter, Release } from '#shared/domain/release/release.ts';
import { aRelease, aStack } from '#test/builders.ts';
import { aPolicy } from '#test/domain/policy/policy-builders.ts';

const target = (name: string, labels: Target['metadata']['labels'], account = '333333333333'): Target => ({
  apiVersion: 'drawbridge/v1',
  kind: 'Target',
  metadata: { name, labels },
  account,
  region: 'eu-west-1',
});
const prod = target('prod', { env: 'production', role: 'app' });

const environment = { name: 'production', targets: { matchLabels: { env: 'production' } } };
const declared = (name: string, said: Partial<DeclaredParameter> = {}): DeclaredParameter => ({
  name,
  type: 'String',
  noEcho: false,
  ...said,
});

const placed = (layer: Layer): PlacedLayer => ({
  layer,
  placeOf: (section, name) => ({ file: `layer/${section}/${name}` }),
});

interface Case {
  readonly release?: Partial<Release>;
  readonly layers?: readonly PlacedLayer[];
  readonly targets?: readonly Target[];
  readonly policies?: ToExplain['policies'];
}

function explained({ release = {}, layers = [], targets = [prod], policies = [] }: Case): ExplainedTarget[] {
  return explainTargets({
    release: aRelease({ environments: [environment], ...release }),
    layers,
    targets,
    policies,
    places: {
      ofStack: (stack, section, name) => ({ file: `${stack}/${section}/${name}` }),
      ofDefault: (stack, parameter) => ({ file: `${stack}/default/${parameter}` }),
    },
  });
}

/** `value <- origin @file`. */
const line = ({ receives, output, from }: ExplainedValue) =>
  `${receives ?? [output?.stack, output?.output, output?.target].join('.')} <- ${from.text} @${from.place?.file ?? '-'}`;
const lines = ({ holds, overrides, perhaps }: ExplainedTag) => [
  holds === undefined ? '-' : line(holds),
  ...overrides.map((one) => `over ${line(one)}`),
  ...perhaps.map((one) => `perhaps ${line(one)}`),
];

/** The explanation of one parameter, given what the pipeline says of it and the layers. */
function parameter(one: DeclaredParameter, own: Release['stacks'][number]['values'], said: Case = {}) {
  const [found] = explained({ ...said, release: { stacks: [aStack('api', { parameters: [one], values: own })] } });
  return found?.stacks[0]?.parameters[0] as ExplainedParameter;
}

describe('a parameter', () => {
  it('comes from the strongest layer, and says what that overrides down to the default', () => {
    const layers = [
      placed({ target: 'prod', values: { Level: 'target' } }),
      placed({ matchLabels: { role: 'app' }, values: { Level: 'labels' } }),
      placed({ environment: 'production', values: { Level: 'environment' } }),
      placed({ values: { Level: 'all' } }),
      placed({ environment: 'elsewhere', values: { Level: 'no' } }),
    ];
    const found = parameter(declared('Level', { default: 'default' }), { Level: 'pipeline' }, { layers });
    expect(lines(found)).toEqual([
      'target <- target prod @layer/values/Level',
      'over labels <- labels role=app @layer/values/Level',
      'over environment <- environment production @layer/values/Level',
      'over all <- all targets @layer/values/Level',
      'over pipeline <- pipeline @api/parameters/Level',
      'over default <- default of the template @api/default/Level',
    ]);
    expect(found.holds?.from.kind).toBe('target');
  });

  it('says every selector of its layer', () => {
    const selectors = { environment: 'production', matchLabels: { role: 'app', env: 'production' }, target: 'prod' };
    const layers = [{ layer: { ...selectors, values: { Level: 'x' } } }];
    expect(lines(parameter(declared('Level'), {}, { layers }))).toEqual([
      'x <- environment production, labels role=app env=production, target prod @-',
    ]);
  });

  it.each<[string, DeclaredParameter, Release['stacks'][number]['values'], string]>([
    ['a default', declared('P', { default: '5' }), {}, '5 <- default of the template @api/default/P'],
    ['nothing at all', declared('P'), {}, '-'],
    ['a list', declared('P', { type: 'List<Number>' }), { P: [1, 2] }, '1,2 <- pipeline @api/parameters/P'],
    ['a reference', declared('P'), { P: { ssmRef: '/x' } }, '{{resolve:ssm:/x}} <- pipeline @api/parameters/P'],
    [
      'the name of a Systems Manager parameter',
      declared('P', { type: 'AWS::SSM::Parameter::Value<String>' }),
      { P: { ssmRef: '/x' } },
      '/x <- pipeline @api/parameters/P',
    ],
    [
      'a secret, as its reference',
      declared('P', { noEcho: true }),
      { P: { secretRef: '/db' } },
      '{{resolve:secretsmanager:/db:SecretString}} <- pipeline @api/parameters/P',
    ],
    ['an output', declared('P'), { P: { fromOutput: 'api.Out' } }, 'api.Out. <- pipeline @api/parameters/P'],
    ['the bucket', declared('ArtifactsBucket'), {}, 'the artifacts bucket of eu-west-1 <- Drawbridge @-'],
  ])('can be %s', (_name, one, values, expected) => {
    expect(lines(parameter(one, values))).toEqual([expected]);
  });

  it('is never shown where it is NoEcho and written out, not even as what is overridden', () => {
    const layers = [
      placed({ values: { P: 'hunter2' } }),
      placed({ target: 'prod', values: { P: { secretRef: '/db' } } }),
    ];
    const found = parameter(declared('P', { noEcho: true, default: 'changeit' }), {}, { layers });
    expect(lines(found).map((text) => text.split(' <-')[0])).toEqual([
      '{{resolve:secretsmanager:/db:SecretString}}',
      'over ****',
      'over ****',
    ]);
    expect(JSON.stringify(found)).not.toMatch(/hunter2|changeit/);
  });
});

describe('a tag', () => {
  it('comes from the strongest layer; Drawbridge says whose the stack is', () => {
    const stacks = [aStack('api', { tags: { team: 'commerce', 'drawbridge:pipeline': 'mine' } })];
    const layers = [placed({ values: {}, tags: { team: 'all', cost: '1' } }), placed({ values: { Level: 'x' } })];
    const [found] = explained({ release: { stacks }, layers });
    expect(found?.stacks[0]?.tags.map((tag) => [tag.name, ...lines(tag)])).toEqual([
      ['cost', '1 <- all targets @layer/tags/cost'],
      ['drawbridge:pipeline', 'orders <- Drawbridge @-'],
      ['team', 'all <- all targets @layer/tags/team', 'over commerce <- pipeline @api/tags/team'],
    ]);
  });
});

describe('a target', () => {
  const network = aStack('network', { matchLabels: { role: 'network' } });
  const app = aStack('app', {
    matchLabels: { role: 'app' },
    dependsOn: ['network'],
    parameters: [declared('Vpc')],
    values: { Vpc: { fromOutput: 'network.VpcId' } },
  });
  const net = target('net', { env: 'production', role: 'network' }, '444444444444');
  const waves = [{ matchLabels: { role: 'network' }, maxConcurrency: 5 }, {}];
  const release = { stacks: [network, app], environments: [{ ...environment, waves }] };

  it('gets the stacks of its labels, in its wave, with the outputs of the target that has them', () => {
    const [first, second] = explained({ release, targets: [prod, net] });
    expect(first).toMatchObject({
      environment: 'production',
      target: { name: 'net', account: '444444444444', region: 'eu-west-1', labels: { role: 'network' } },
      wave: { number: 1, of: 2, maxConcurrency: 5 },
      stacks: [{ name: 'network', stackName: 'orders-network', after: [] }],
      elsewhere: [{ name: 'app', matchLabels: { role: 'app' } }],
    });
    expect(second).toMatchObject({
      target: { name: 'prod' },
      wave: { number: 2, of: 2, maxConcurrency: 1 },
      stacks: [{ name: 'app', after: ['network'] }],
      elsewhere: [{ name: 'network', matchLabels: { role: 'network' } }],
    });
    expect(second?.stacks[0]?.parameters.flatMap(lines)).toEqual(['network.VpcId.net <- pipeline @app/parameters/Vpc']);
  });

  it('is explained even where no wave takes it and nobody has the output', () => {
    const [found] = explained({ release: { ...release, environments: [{ ...environment, waves: [waves[0] ?? {}] }] } });
    expect(found).not.toHaveProperty('wave');
    expect(found?.stacks[0]?.parameters.flatMap(lines)).toEqual(['network.VpcId. <- pipeline @app/parameters/Vpc']);
  });

  it('has the policies whose selector fits it', () => {
    const policies = [
      aPolicy('production', { selector: { environments: ['production'] } }),
      aPolicy('network', { selector: { matchLabels: { role: 'network' } } }),
      aPolicy('elsewhere', { selector: { pipelines: ['other'] } }),
    ];
    const names = explained({ targets: [prod, net], policies }).map((one) =>
      one.policies.map(({ metadata }) => metadata.name),
    );
    expect(names).toEqual([['network', 'production'], ['production']]);
  });
});

describe('an environment whose targets only the ledger knows', () => {
  const layers = [
    placed({ values: { Level: 'all' }, tags: { team: 'x' } }),
    placed({ environment: 'production', values: { Level: 'environment' } }),
    placed({ matchLabels: { canary: 'yes' }, values: { Level: 'labels' }, tags: { canary: 'yes' } }),
    placed({ target: 'prod-eu', values: { Level: 'target' } }),
  ];
  const stacks = [aStack('api', { parameters: [declared('Level'), declared('ArtifactsBucket')] })];
  const [found] = explained({ release: { stacks }, layers, targets: [] });

  it('is explained as one, without a target', () => {
    expect(found).toMatchObject({ environment: 'production', policies: [], elsewhere: [] });
    expect(found).not.toHaveProperty('target');
  });

  it('says what holds in some targets beside what holds everywhere else', () => {
    expect(found?.stacks[0]?.parameters.map(lines)).toEqual([
      [
        'environment <- environment production @layer/values/Level',
        'over all <- all targets @layer/values/Level',
        'perhaps target <- target prod-eu @layer/values/Level',
        'perhaps labels <- labels canary=yes @layer/values/Level',
      ],
      ["the artifacts bucket of the target's region <- Drawbridge @-"],
    ]);
    expect(found?.stacks[0]?.tags.map(lines)[0]).toEqual(['-', 'perhaps yes <- labels canary=yes @layer/tags/canary']);
  });

  it('takes outputs from whoever will have them', () => {
    const taking = [aStack('api', { parameters: [declared('P')], values: { P: { fromOutput: 'net.Id' } } })];
    const [one] = explained({ release: { stacks: taking }, targets: [] });
    expect(one?.stacks[0]?.parameters.flatMap(lines)).toEqual(['net.Id. <- pipeline @api/parameters/P']);
  });
});
