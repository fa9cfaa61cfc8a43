/** Actions that read what is in resources, instead of how they are: whoever only looks at an account is left without them, whatever its role may do. */
export const dataReads: readonly string[] = [
  'dynamodb:BatchGetItem',
  'dynamodb:GetItem',
  'dynamodb:Query',
  'dynamodb:Scan',
  'kms:Decrypt',
  's3:GetObject*',
  'secretsmanager:GetSecretValue',
  'sqs:ReceiveMessage',
  'states:GetExecutionHistory',
];
