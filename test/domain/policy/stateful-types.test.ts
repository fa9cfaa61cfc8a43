import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { expect, it } from 'vitest';
import { furtherStateful, isStateful, specifiedStateful } from '#shared/domain/policy/stateful-types.ts';

const specified = loadAwsServiceSpecSync().all('resource');

it('takes over every type that the specification marks as stateful, and no other', () => {
  const marked = specified.filter((type) => type.isStateful).map((type) => type.cloudFormationType);
  expect(marked.toSorted()).toEqual(specifiedStateful);
});

it('adds only types that exist, that are not marked, and each once', () => {
  const known = new Set(specified.map((type) => type.cloudFormationType));
  expect(furtherStateful.filter((type) => !known.has(type))).toEqual([]);
  expect(furtherStateful.filter((type) => specifiedStateful.includes(type))).toEqual([]);
  expect([...new Set(furtherStateful)].sort()).toEqual(furtherStateful);
});

it.each([
  ['AWS::DynamoDB::Table', true],
  ['AWS::ECR::Repository', true],
  ['AWS::Lambda::Function', false],
  ['Custom::Database', false],
])('%s: %s', (type, stateful) => {
  expect(isStateful(type)).toBe(stateful);
});
