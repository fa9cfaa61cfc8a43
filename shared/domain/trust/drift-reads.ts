/** What CloudFormation may read with a session that looks for drift. */

/**
 * CloudFormation reads the resources with the session of the caller (User Guide, "Detect drift", considerations). Which actions that takes depends on
 * their types, so all of the role's are left but those that act, or read what is in a resource.
 */
export const readAnything = {
  Effect: 'Allow',
  NotAction: [
    ...['cloudformation:*', 'lambda:Invoke*', 'states:DescribeExecution', 'states:Start*', 'sts:*'],
    ...[
      'dynamodb:BatchGet*',
      'dynamodb:GetItem',
      'dynamodb:GetRecords',
      'dynamodb:PartiQL*',
      'dynamodb:Query',
      'dynamodb:Scan',
    ],
    ...[
      'kinesis:GetRecords',
      'kms:Decrypt',
      'logs:FilterLogEvents',
      'logs:GetLog*',
      'logs:GetQueryResults',
      'logs:StartQuery',
    ],
    ...[
      's3:GetObject*',
      'secretsmanager:GetSecretValue',
      'sqs:ReceiveMessage',
      'ssm:GetParameter*',
      'states:GetExecutionHistory',
    ],
  ],
  Resource: '*',
} as const;
