import { readFileSync } from 'node:fs';
import type { Definition } from '#sandbox/step-functions/asl/definition.ts';
import { parseDefinition, problemText } from '#sandbox/step-functions/asl/parse-definition.ts';

/** A definition as the sandbox reads it. */
export function parsed(text: string): Definition {
  const result = parseDefinition(text);
  if (result.kind === 'invalid') throw new Error(problemText(result.problems));
  return result.definition;
}

/** The promotion's machine. Its functions are named as its tasks are. */
export function promotionMachine(): Definition {
  return parsed(
    readFileSync('statemachine/promotion.asl.json', 'utf8')
      .replaceAll('${Partition}', 'aws')
      .replaceAll(/\$\{(\w+)FunctionArn\}/g, 'arn:aws:lambda:eu-west-1:111111111111:function:$1'),
  );
}
