import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  denialLines,
  encodedMessageIn,
  keptText,
  pastedMessage,
  readDenial,
  shortened,
} from '#shared/domain/trust/authorization-message.ts';

const marker = 'Encoded authorization failure message:';

describe('the encoded message in an error’s text', () => {
  it.each<[string, string, object]>([
    [
      'ends the text',
      `You are not authorized to perform this operation. ${marker} aB-9_z`,
      { kind: 'message', encoded: 'aB-9_z' },
    ],
    [
      'is followed by the service’s facts',
      `Resource handler returned message: "… ${marker} aB-9_z (Service: Ec2, Status Code: 403)" (HandlerErrorCode: x)`,
      { kind: 'message', encoded: 'aB-9_z' },
    ],
    ['stands on a line of its own', `denied. ${marker}\n  aB-9_z\nmore`, { kind: 'message', encoded: 'aB-9_z' }],
    ['is not there', 'User: x is not authorized to perform: s3:GetObject', { kind: 'none' }],
    ['is not there in an empty text', '', { kind: 'none' }],
    ['was cut with dots', `${marker} aB-9_z...`, { kind: 'cut' }],
    ['was cut with an ellipsis', `${marker} aB-9_z…`, { kind: 'cut' }],
    ['was cut before it began', `${marker} `, { kind: 'cut' }],
    ['was cut within its announcement', 'denied. Encoded authorization failure mess', { kind: 'cut' }],
    ['is longer than can be decoded', `${marker} ${'a'.repeat(10_241)}`, { kind: 'cut' }],
    [
      'is as long as can be decoded',
      `${marker} ${'a'.repeat(10_240)}`,
      { kind: 'message', encoded: 'a'.repeat(10_240) },
    ],
  ])('%s', (_, text, expected) => {
    expect(encodedMessageIn(text)).toEqual(expected);
  });

  it('is found whole whatever stands around it, and cut anywhere it is a beginning of itself or nothing', () => {
    const word = fc.stringMatching(/^[\w-]{1,200}$/);
    const rest = fc.constantFrom('', ' ', '. ', '" (x)', '\n');
    fc.assert(
      fc.property(fc.string(), word, rest, fc.nat(300), (before, encoded, after, cut) => {
        const text = `${before}${marker} ${encoded}`;
        const first = before.includes('Encoded authorization');
        fc.pre(!first);
        expect(encodedMessageIn(`${text}${after}`)).toEqual({ kind: 'message', encoded });
        const found = encodedMessageIn(text.slice(0, text.length - (cut % text.length)));
        expect(found.kind === 'message' ? encoded.startsWith(found.encoded) : true).toBe(true);
      }),
      { seed: 7 },
    );
  });
});

describe('what a person pastes', () => {
  it.each<[string, string, object]>([
    ['the error', `x ${marker} aB-9_z (Service: Ec2)`, { kind: 'message', encoded: 'aB-9_z' }],
    ['the message alone', ` ${'a'.repeat(40)}\n`, { kind: 'message', encoded: 'a'.repeat(40) }],
    ['a word', 'AccessDenied', { kind: 'none' }],
    ['a sentence', 'not authorized '.repeat(9), { kind: 'none' }],
    ['a message that was cut', `${marker} aB…`, { kind: 'cut' }],
  ])('%s', (_, text, expected) => expect(pastedMessage(text)).toEqual(expected));
});

describe('a text with a message', () => {
  const encoded = 'm'.repeat(900);
  const text = `${'before '.repeat(100)}${marker} ${encoded} ${'after '.repeat(100)}`;

  it('is shown with the beginning of the message, which is told from a whole one', () => {
    expect(shortened(`denied. ${marker} ${encoded} (Service: Ec2)`)).toBe(
      `denied. ${marker} ${'m'.repeat(24)}… (Service: Ec2)`,
    );
    expect(encodedMessageIn(shortened(text))).toEqual({ kind: 'cut' });
    for (const other of ['', 'nothing encoded', `${marker} aB-9_z`]) expect(shortened(other)).toBe(other);
  });

  it('is kept with the whole message, however short what stands around it has to be', () => {
    fc.assert(
      fc.property(fc.nat(2000), (most) => {
        const kept = keptText(text, most);
        expect(encodedMessageIn(kept)).toEqual({ kind: 'message', encoded });
        expect(kept.replace(`${marker} ${encoded}`, '').length).toBe(Math.min(most, 700 + 601));
      }),
      { seed: 7 },
    );
    expect(keptText('x'.repeat(9), 4)).toBe('xxxx');
    expect(keptText(`${marker} ${'m'.repeat(99_999)}`, 4).length).toBe(10_240 + marker.length + 1);
  });
});

const decoded = (changes: object = {}) =>
  JSON.stringify({
    allowed: false,
    explicitDeny: false,
    matchedStatements: { items: [] },
    failures: { items: [] },
    context: {
      principal: { id: 'AROA:prm-1', arn: 'arn:aws:sts::333333333333:assumed-role/drawbridge-execution/x' },
      action: 'ec2:CreateVpc',
      resource: 'arn:aws:ec2:eu-west-1:333333333333:vpc/*',
      conditions: {
        items: [
          { key: 'aws:Region', values: { items: [{ value: 'eu-west-1' }] } },
          { key: 'aws:Account', values: { items: [{ value: '333333333333' }, { value: 'x' }] } },
        ],
      },
    },
    ...changes,
  });

describe('a decoded message', () => {
  it('tells who was denied what, and the keys of the request in order', () => {
    expect(denialLines(readDenial(decoded())!)).toEqual([
      'principal  arn:aws:sts::333333333333:assumed-role/drawbridge-execution/x',
      'action     ec2:CreateVpc',
      'resource   arn:aws:ec2:eu-west-1:333333333333:vpc/*',
      'denied     because no policy allows it',
      '           aws:Account = 333333333333, x',
      '           aws:Region = eu-west-1',
    ]);
  });

  it.each<[string, object, string]>([
    [
      'names the statements that deny',
      { explicitDeny: true, matchedStatements: { items: [{ statementId: 'NoVpc' }, { statementId: 'B' }] } },
      'denied     explicitly: NoVpc, B',
    ],
    [
      'does without a name',
      { explicitDeny: true, matchedStatements: { items: [{ statementId: '' }, {}] } },
      'denied     explicitly',
    ],
  ])('%s', (_, changes, line) => {
    expect(denialLines(readDenial(decoded(changes))!)).toContain(line);
  });

  it('needs no conditions and no statements', () => {
    const bare = { explicitDeny: true, context: { principal: { arn: 'a' }, action: 'b', resource: 'c' } };
    expect(readDenial(JSON.stringify(bare))).toEqual({
      explicit: true,
      principal: 'a',
      action: 'b',
      resource: 'c',
      statements: [],
      conditions: {},
    });
  });

  it.each(['', 'text', '{', 'null', '[]', '{"explicitDeny":true}', decoded({ context: { action: 'x' } })])(
    'that is none is not guessed at: %s',
    (text) => {
      expect(readDenial(text)).toBeUndefined();
    },
  );
});
