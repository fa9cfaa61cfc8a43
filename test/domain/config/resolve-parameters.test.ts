import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig } from '#shared/domain/config/read-config.ts';
import {
  layersOf,
  type PlacedLayer,
  resolveParameters,
  resolveTags,
} from '#shared/domain/config/resolve-parameters.ts';
import type { Layer } from '#shared/domain/config/schema.ts';
import { parametersText, pipelineText } from './config-text.ts';

const stack = { parameters: { Level: 'pipeline' }, tags: { owner: 'pipeline' } };
const target = { environment: 'production', name: 'prod-eu', labels: { env: 'prod', canary: 'yes' } };
const all: Layer = { values: { Level: 'all' } };
const environment: Layer = { environment: 'production', values: { Level: 'environment' } };
const labels: Layer = { matchLabels: { canary: 'yes' }, values: { Level: 'labels' } };
const named: Layer = { target: 'prod-eu', values: { Level: 'target' } };
const placed = (layers: readonly Layer[]): PlacedLayer[] => layers.map((layer) => ({ layer }));
const level = (layers: readonly Layer[], where: Parameters<typeof resolveParameters>[2] = target) =>
  resolveParameters(stack, placed(layers), where)['Level'];

describe('precedence: pipeline < all < environment < labels < target', () => {
  it.each([
    ['only the pipeline', [], { value: 'pipeline', rank: 'pipeline' }],
    ['a layer for all', [all], { value: 'all', rank: 'all', layer: 0 }],
    ['an environment', [environment, all], { value: 'environment', rank: 'environment', layer: 0 }],
    ['labels', [labels, environment, all], { value: 'labels', rank: 'labels', layer: 0 }],
    ['a target', [named, labels, environment, all], { value: 'target', rank: 'target', layer: 0 }],
    ['of two equals the later', [all, { values: { Level: 'again' } }], { value: 'again', rank: 'all', layer: 1 }],
    [
      'several selectors count as the narrowest',
      [{ ...labels, environment: 'production' }, labels],
      {
        value: 'labels',
        rank: 'labels',
        layer: 1,
      },
    ],
  ])('%s', (_name, layers, expected) => {
    expect(level(layers)).toEqual(expected);
  });

  it('does not depend on the order of layers of different rank', () => {
    const layers = [all, environment, labels, named];
    fc.assert(
      fc.property(fc.shuffledSubarray(layers, { minLength: 1 }), (some) => {
        const strongest = Math.max(...some.map((layer) => layers.indexOf(layer)));
        expect(level(some)?.value).toBe(layers[strongest]?.values['Level']);
      }),
      { seed: 1 },
    );
  });
});

describe('a layer does not apply', () => {
  it.each([
    ['to another environment', { ...environment, environment: 'pre-production' }],
    ['to other labels', { ...labels, matchLabels: { canary: 'no' } }],
    ['to labels the target does not have', { ...labels, matchLabels: { constructor: 'x' } }],
    ['to another target', { ...named, target: 'prod-us' }],
    ['where only one of its selectors fits', { ...labels, environment: 'pre-production' }],
  ])('%s', (_name, layer) => {
    expect(level([layer])?.rank).toBe('pipeline');
  });
});

it('applies where it cannot be excluded, while targets are not known', () => {
  const somewhere = { environment: 'production' };
  expect(level([labels], somewhere)?.rank).toBe('labels');
  expect(level([named], somewhere)?.rank).toBe('target');
});

it('merges tags by the same precedence', () => {
  const layers = placed([
    { ...named, tags: { owner: 'target' } },
    { ...all, tags: { owner: 'all', cost: '1' } },
    environment,
  ]);
  expect(resolveTags(stack, layers, target)).toEqual({ owner: 'target', cost: '1' });
});

it('knows the layers of a pipeline and where their values stand', () => {
  const other = parametersText.replace('pipeline: orders', 'pipeline: other');
  const read = readConfig([
    { path: 'a.yml', text: pipelineText.replace('name: orders', 'name: other') },
    { path: 'b.yml', text: `${pipelineText}---\n${parametersText}---\n${other}` },
  ]);
  if (read.kind !== 'config') throw new Error('invalid');
  const layers = layersOf(read.config, 'orders');
  expect(layers).toHaveLength(2);
  const resolved = resolveParameters(stack, layers, target);
  expect(resolved['LogLevel']).toEqual({
    value: 'warn',
    rank: 'environment',
    layer: 1,
    place: { file: 'b.yml', line: 28, column: 15, pointer: '/layers/1/values/LogLevel' },
  });
});
