/** Checks statemachine/*.asl.json against the Amazon States Language, with stand-ins for what CloudFormation substitutes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import validate from 'asl-validator';

const folder = fileURLToPath(new URL('../statemachine/', import.meta.url));
const definitions = readdirSync(folder).filter((name) => name.endsWith('.asl.json'));

if (definitions.length === 0) fail('statemachine/ holds no *.asl.json');
for (const name of definitions) {
  const text = readFileSync(join(folder, name), 'utf8')
    .replaceAll('${Partition}', 'aws')
    .replaceAll(/\$\{(\w+)FunctionArn\}/g, 'arn:aws:lambda:eu-west-1:111111111111:function:$1');
  const { isValid, errors } = validate(JSON.parse(text));
  if (!isValid) fail(`statemachine/${name}: ${JSON.stringify(errors, null, 2)}`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
