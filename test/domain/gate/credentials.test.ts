import { describe, expect, it } from 'vitest';
import { findingsOf, namesOf, role, saidOf } from './gate.ts';

const key = `AKIA${'IOSFODNN7EXAMPLE'}`;
const Topic = { Type: 'AWS::SNS::Topic' };
const held = (what: string) => `The template holds ${what} (not shown).`;

describe('types that are static credentials', () => {
  it.each([
    'AWS::IAM::User',
    'AWS::IAM::AccessKey',
    'AWS::IAM::UserPolicy',
    'AWS::IAM::UserToGroupAddition',
    'AWS::IAM::Group',
    'AWS::IAM::GroupPolicy',
    'AWS::IAM::ServiceSpecificCredential',
    'AWS::IAM::VirtualMFADevice',
    'AWS::IAM::OIDCProvider',
    'AWS::IAM::SAMLProvider',
    'AWS::IAM::NewInAWS',
  ])('%s is refused', (Type) => {
    expect(findingsOf({ Resources: { It: { Type } } })).toMatchObject([
      {
        code: 'GATE_STATIC_CREDENTIAL',
        resource: 'It',
        pointer: '/Resources/It/Type',
        what: `${Type} is or carries a static credential.`,
      },
    ]);
  });

  it.each(['TrustAnchor', 'Profile', 'CRL', 'NewInAWS'])('AWS::RolesAnywhere::%s is refused', (name) => {
    expect(saidOf({ Type: `AWS::RolesAnywhere::${name}` })).toEqual([
      `AWS::RolesAnywhere::${name} lets certificates stand for roles.`,
    ]);
  });

  it.each(['Certificate', 'CACertificate', 'RoleAlias', 'ProvisioningTemplate'])('AWS::IoT::%s is refused', (name) => {
    expect(saidOf({ Type: `AWS::IoT::${name}` })).toEqual([`AWS::IoT::${name} lets certificates stand for roles.`]);
  });

  it.each(['Organizations::Account', 'SSO::PermissionSet', 'SSO::Assignment', 'IdentityStore::GroupMembership'])(
    'AWS::%s is a way in and is refused',
    (name) => {
      expect(findingsOf({ Resources: { It: { Type: `AWS::${name}` } } })).toMatchObject([
        { code: 'GATE_TRUST', what: `AWS::${name} lets people in past the roles.` },
      ]);
    },
  );

  it.each([
    ['AWS::EC2::KeyPair', { KeyName: 'x' }],
    ['AWS::EC2::KeyPair', { PublicKeyMaterial: { 'Fn::If': ['C', 'ssh-rsa AAAA', { Ref: 'AWS::NoValue' }] } }],
    ['AWS::EC2::KeyPair', { PublicKeyMaterial: 'ssh-rsa AAAA', 'Fn::ForEach::X': [] }],
    ['AWS::Transfer::User', { SshPublicKeys: ['ssh-rsa AAAA'] }],
    ['AWS::Transfer::User', { SshPublicKeys: { Ref: 'Keys' } }],
    ['AWS::Transfer::User', { 'Fn::ForEach::X': [] }],
  ])('%s with %j is refused', (Type, Properties) => {
    expect(saidOf({ Type, Properties })).toEqual([`${Type} is or carries a static credential.`]);
  });

  it.each([
    [{ Type: 'AWS::AppSync::ApiKey', Properties: { ApiId: 'x' } }],
    [{ Type: 'AWS::Location::APIKey', Properties: { NoExpiry: true } }],
    [{ Type: 'AWS::Location::APIKey', Properties: { NoExpiry: { Ref: 'Endless' } } }],
    [{ Type: 'AWS::Location::APIKey', Properties: { 'Fn::ForEach::X': [] } }],
  ])('%j is a key that a policy may let pass', (It) => {
    expect(findingsOf({ Resources: { It } }, { waive: ['GATE_TRUST'] })).toMatchObject([
      { code: 'GATE_TRUST', what: `${It.Type} is a key that lets in whoever has it.`, waived: true },
    ]);
  });

  it.each([' AWS::IAM::User', 'aws::iam::user', 'AWS::Iam::AccessKey'])(
    '%s is refused, however it is written',
    (Type) => {
      expect(saidOf({ Type })).toEqual([`${Type} is or carries a static credential.`]);
    },
  );

  it.each([
    ['a key that ends', { Type: 'AWS::Location::APIKey', Properties: { ExpireTime: '2027-01-01T00:00:00Z' } }],
    ['a key that is said to end', { Type: 'AWS::Location::APIKey', Properties: { NoExpiry: false } }],
    ['a key pair that is brought', { Type: 'AWS::EC2::KeyPair', Properties: { PublicKeyMaterial: 'ssh-rsa AAAA' } }],
    ['a user of files without keys', { Type: 'AWS::Transfer::User', Properties: { SshPublicKeys: [] } }],
    ['a user of files that says nothing', { Type: 'AWS::Transfer::User' }],
    ['a thing', { Type: 'AWS::IoT::Thing' }],
    ['a rule for messages', { Type: 'AWS::IoT::TopicRule' }],
    ['a policy of an organization', { Type: 'AWS::Organizations::Policy' }],
    ['AWS::IAM::Role', role()],
    ['AWS::IAM::InstanceProfile', { Type: 'AWS::IAM::InstanceProfile' }],
    ['AWS::IAM::ServiceLinkedRole', { Type: 'AWS::IAM::ServiceLinkedRole' }],
    ['AWS::IAM::ServerCertificate', { Type: 'AWS::IAM::ServerCertificate' }],
    ['a type that only sounds like it', { Type: 'Vendor::IAM::User' }],
  ])('%s is not', (_name, resource) => {
    expect(saidOf(resource)).toEqual([]);
  });

  it.each([
    ['a function', { 'Fn::Sub': 'AWS::IAM::${Kind}' }, '{"Fn::Sub":"AWS::IAM::${Kind}"}'],
    ['a loop', 'AWS::IAM::${Kind}', 'AWS::IAM::${Kind}'],
    ['a loop in its other form', 'AWS::IAM::&{Kind}', 'AWS::IAM::&{Kind}'],
    [
      'a condition',
      { 'Fn::If': ['C', 'AWS::SNS::Topic', 'AWS::IAM::User'] },
      '{"Fn::If":["C","AWS::SNS::Topic","AWS::IAM::User"]}',
    ],
  ])('a type composed by %s is refused, as it may be one', (_name, Type, written) => {
    expect(saidOf({ Type })).toEqual([`The type ${written} is composed, so it can become an IAM user or key.`]);
  });

  it('a type that a loop can write anew is refused', () => {
    const Resources = { It: { ...Topic, 'Fn::ForEach::X': ['K', ['Type'], { '${K}': 'AWS::IAM::User' }] } };
    expect(findingsOf({ Resources })).toMatchObject([
      {
        pointer: '/Resources/It/Fn::ForEach::X',
        what: 'Fn::ForEach::X computes members of the resource, so it can become an IAM user or key.',
      },
    ]);
  });

  it.each([
    ['without a type', {}],
    ['that is text', 'AWS::IAM::User'],
    ['that is a list', ['x']],
  ])('a resource %s is refused', (_name, resource) => {
    expect(findingsOf({ Resources: { It: resource } })).toMatchObject([
      { code: 'GATE_STATIC_CREDENTIAL', pointer: '/Resources/It', what: 'The resource has no type that can be read.' },
    ]);
  });

  it('in a loop, and in a loop of a loop, are found where they are written', () => {
    const loop = (body: unknown) => ['Name', ['A', 'B'], body];
    const Resources = {
      'Fn::ForEach::One': loop({
        'Key${Name}': { Type: 'AWS::IAM::AccessKey' },
        'Fn::ForEach::Two': loop({ 'User${Name}': { Type: 'AWS::IAM::User' } }),
      }),
    };
    expect(findingsOf({ Resources }).map(({ resource, pointer }) => [resource, pointer])).toEqual([
      ['Key${Name}', '/Resources/Fn::ForEach::One/2/Key${Name}/Type'],
      ['User${Name}', '/Resources/Fn::ForEach::One/2/Fn::ForEach::Two/2/User${Name}/Type'],
    ]);
  });

  it.each([
    ['that is no list', { 'Key${Name}': { Type: 'AWS::IAM::AccessKey' } }],
    ['without a body', ['Name', ['A']]],
    ['with a body that is computed', ['Name', ['A'], 'x']],
  ])('a loop %s is refused', (_name, loop) => {
    expect(namesOf({ Resources: { 'Fn::ForEach::One': loop } })).toContain('GATE_STATIC_CREDENTIAL Fn::ForEach::One');
  });

  it('a list that is no loop hides nothing', () => {
    expect(findingsOf({ Resources: { It: ['x', 'y', { Topic }] } })).toMatchObject([{ pointer: '/Resources/It' }]);
  });

  it('in a template without resources there are none', () => {
    expect(findingsOf({})).toEqual([]);
    expect(findingsOf({ Resources: [] })).toEqual([]);
  });
});

describe('secrets by their form', () => {
  const ghp = `ghp_${'a1B2'.repeat(9)}`;
  const secretKey = `wJalrXUtnFEMI/K7MDENG/bPxRfiCY${'EXAMPLEKEY'}`;
  const jwt = `eyJ${'a'.repeat(12)}.eyJ${'b'.repeat(12)}.${'c'.repeat(12)}`;

  it.each([
    ['a long-term access key', key, `the access key AKIA${'*'.repeat(16)}`],
    ['a temporary access key', key.replace('AKIA', 'ASIA'), `the access key ASIA${'*'.repeat(16)}`],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nabc', 'a private key'],
    ['a private key of no kind', '-----BEGIN PRIVATE KEY-----\nabc', 'a private key'],
    ['a PGP key', '-----BEGIN PGP PRIVATE KEY BLOCK-----', 'a private key'],
    ['a GitHub token', ghp, 'a GitHub token'],
    ['a fine-grained GitHub token', `github_pat_${'a'.repeat(36)}`, 'a GitHub token'],
    ['a GitLab token', `glpat-${'a'.repeat(20)}`, 'a GitLab token'],
    ['a Slack token', `xoxb-${'1'.repeat(10)}`, 'a Slack token'],
    ['a Stripe key', `sk_live_${'a'.repeat(16)}`, 'a Stripe key'],
    ['a Google key', `AIza${'a'.repeat(35)}`, 'a Google API key'],
    ['a signed token', `Bearer ${jwt}`, 'a signed token'],
    ['an address with a password', 'postgres://app:hunter22@db.internal/orders', 'a password in an address'],
    ['an assignment in code', 'const password = "correct-horse";', 'a password that is assigned'],
    ["an assignment in code with ' and a longer name", "db_api_key='correct-horse'", 'a password that is assigned'],
    ['an assignment in a shell', 'export DB_PASSWORD=correct-horse\n', 'a password that is assigned'],
    ['a secret access key', secretKey, 'what reads like a secret access key'],
    [
      'a secret access key with many slashes',
      `wJa/rXUtnFEMI/K7MDENG/bPxRf/CY${'EXAMPLEKEY'}`,
      'what reads like a secret access key',
    ],
    ['a secret access key in a line', `aws configure set x ${secretKey} now`, 'what reads like a secret access key'],
  ])('%s', (_name, value, what) => {
    const found = findingsOf({ Resources: { It: { ...Topic, Properties: { DisplayName: value } } } });
    expect(found.map((one) => [one.code, one.pointer, one.what])).toEqual([
      [
        what.startsWith('what reads like') ? 'GATE_POSSIBLE_SECRET' : 'GATE_STATIC_CREDENTIAL',
        '/Resources/It/Properties/DisplayName',
        held(what),
      ],
    ]);
    expect(JSON.stringify(found)).not.toContain(value);
  });

  it.each([
    ['a reference', '{{resolve:secretsmanager:/db:SecretString:password}}'],
    ['a digest', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['a digest in capitals', 'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709'],
    ['a path of 40 characters', 'aa/Bb/cc1/dd/ee/ff/gg/hh/ii/jj/kk/ll/mm/'],
    ['a name of 40 characters', 'ThisIsTheNameOfSomethingRatherLongIndeed'],
    ['40 characters with underscores', 'This_Is_The_Name_Of_1_Thing_Rather_Long_'],
    ['40 characters of a longer text', `x${secretKey}`],
    ['a public key', '-----BEGIN PUBLIC KEY-----'],
    ['an address without a password', 'https://example.com:8080/a@b'],
    ['an address with a parameter', 'postgres://app:${Password}@db.internal/orders'],
    ['an assignment of a variable', 'export DB_PASSWORD=$PASSWORD_FROM_SSM'],
    ['an assignment of a command', 'export DB_PASSWORD=$(aws ssm get-parameter)'],
    ['an assignment of a call', 'token = event["token"]'],
    ['a short assignment', 'PASSWORD="x"'],
    ['a permission', 'secretsmanager:GetSecretValue'],
  ])('not %s', (_name, value) => {
    expect(saidOf({ ...Topic, Properties: { DisplayName: value } })).toEqual([]);
  });

  it.each([
    ['a parameter default', { Parameters: { P: { Type: 'String', Default: key } } }, '/Parameters/P/Default', 'P'],
    ['a mapping', { Mappings: { M: { a: { b: key } } } }, '/Mappings/M/a/b', 'M'],
    ['an output', { Outputs: { O: { Value: key } } }, '/Outputs/O/Value', 'O'],
    ['the description', { Description: `key ${key}` }, '/Description', undefined],
    ['metadata', { Metadata: { note: [key] } }, '/Metadata/note/0', 'note'],
    [
      'a text of Fn::Sub',
      { Resources: { It: { ...Topic, Properties: { X: { 'Fn::Sub': `${key}\${A}` } } } } },
      '/Resources/It/Properties/X/Fn::Sub',
      'It',
    ],
    [
      'user data',
      { Resources: { It: { Type: 'AWS::EC2::Instance', Properties: { UserData: { 'Fn::Base64': `x=${key}` } } } } },
      '/Resources/It/Properties/UserData/Fn::Base64',
      'It',
    ],
    [
      'code',
      { Resources: { It: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: `k('${key}')` } } } } },
      '/Resources/It/Properties/Code/ZipFile',
      'It',
    ],
  ])('in %s', (_name, template, pointer, resource) => {
    const found = findingsOf({ Resources: { Topic }, ...template });
    expect(found).toMatchObject([{ code: 'GATE_STATIC_CREDENTIAL', pointer }]);
    expect(found[0]?.resource).toBe(resource);
  });

  it.each([
    ['words', 'a.'.repeat(500_000)],
    ['tokens that never end', 'eyJ-'.repeat(250_000)],
    ['spaces', `password${' '.repeat(1_000_000)}`],
    ['assignments', 'PASSWORD='.repeat(100_000)],
    ['keys that never end', '-----BEGIN '.repeat(100_000)],
    ['addresses', 'a://'.repeat(250_000)],
  ])('are looked for in a time that does not explode: %s', (_name, value) => {
    const started = performance.now();
    saidOf({ ...Topic, Properties: { DisplayName: value } });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  const encoded = Buffer.from(`key=${key}`).toString('base64');

  it.each([
    ['joined', { 'Fn::Join': ['', [key.slice(0, 4), key.slice(4)]] }, 'Fn::Join', ''],
    ['put into a text', { 'Fn::Sub': [`\${a}${key.slice(4)}`, { a: key.slice(0, 4) }] }, 'Fn::Sub', ''],
    ['joined in parts', { 'Fn::Join': ['', [{ 'Fn::Join': ['', ['AK', 'IA']] }, key.slice(4)]] }, 'Fn::Join', ''],
    [
      'split and joined',
      { 'Fn::Join': ['', { 'Fn::Split': ['#', `${key.slice(0, 8)}#${key.slice(8)}`] }] },
      'Fn::Join',
      '',
    ],
    [
      'joined to what is selected',
      { 'Fn::Join': ['', [key.slice(0, 8), { 'Fn::Select': [1, ['x', key.slice(8)]] }]] },
      'Fn::Join',
      '',
    ],
    [
      'joined to what is selected of what is split',
      { 'Fn::Join': ['', [key.slice(0, 8), { 'Fn::Select': ['0', { 'Fn::Split': [',', `${key.slice(8)},x`] }] }]] },
      'Fn::Join',
      '',
    ],
    [
      'in one branch of a part',
      { 'Fn::Join': ['', [key.slice(0, 8), { 'Fn::If': ['C', 'x', key.slice(8)] }]] },
      'Fn::Join',
      '',
    ],
    ['in Base64', { 'Fn::Base64': encoded }, 'Fn::Base64', ' in Base64'],
    ['in code, in Base64', { ZipFile: `Buffer.from('${encoded}', 'base64')` }, 'ZipFile', ' in Base64'],
    [
      'in Base64 that is joined',
      { 'Fn::Join': ['', [encoded.slice(0, 9), encoded.slice(9)]] },
      'Fn::Join',
      ' in Base64',
    ],
  ])('a key %s', (_name, value, below, how) => {
    const found = findingsOf({ Resources: { It: { ...Topic, Properties: { X: value } } } });
    expect(found.map(({ pointer, what }) => [pointer, what])).toEqual([
      [`/Resources/It/Properties/X/${below}`, held(`the access key AKIA${'*'.repeat(16)}${how}`)],
    ]);
  });

  it.each([
    ['defaults of parameters', { 'Fn::Sub': '${A}${B}' }, 'Fn::Sub'],
    [
      'members of a mapping',
      { 'Fn::Join': ['', [1, 2].map((n) => ({ 'Fn::FindInMap': ['M', 'a', `x${n}`] }))] },
      'Fn::Join',
    ],
    [
      'members of a mapping that the region chooses',
      { 'Fn::Join': ['', [{ Ref: 'A' }, { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'x2'] }]] },
      'Fn::Join',
    ],
  ])('a key put together from %s', (_name, value, below) => {
    const found = findingsOf({
      Parameters: {
        A: { Type: 'String', Default: key.slice(0, 8) },
        B: { Type: 'String', Default: key.slice(8) },
      },
      Mappings: { M: { a: { x1: key.slice(0, 8), x2: key.slice(8) } } },
      Resources: { It: { ...Topic, Properties: { X: value } } },
    });
    expect(found.map(({ code, pointer, what }) => [code, pointer, what])).toEqual([
      ['GATE_STATIC_CREDENTIAL', `/Resources/It/Properties/X/${below}`, held(`the access key AKIA${'*'.repeat(16)}`)],
    ]);
  });

  it.each([
    ['an address with a password from elsewhere', { 'Fn::Join': ['', ['postgres://app:', { Ref: 'P' }, '@db']] }],
    ['an assignment from elsewhere', { 'Fn::Join': ['', ['DB_PASSWORD=', { Ref: 'Topic' }, ' run']] }],
    ['a text with a secret from elsewhere', { 'Fn::Sub': ['token="${T}"', { T: { 'Fn::GetAtt': ['A', 'B'] } }] }],
    ['a join by what is not there', { 'Fn::Join': [{ Ref: 'D' }, ['AKIA', key.slice(4)]] }],
    ['a text from elsewhere', { 'Fn::Sub': ['${a}', { Ref: 'x', y: 'z' }] }],
    ['a malformed text', { 'Fn::Sub': ['x', 'y'] }],
    ['a malformed join', { 'Fn::Join': ['', { 'Fn::Split': ['#'] }] }],
    ['a join of what is no text', { 'Fn::Join': ['', [true, ['x'], {}]] }],
    ['a join of a list from elsewhere', { 'Fn::Join': ['', { Ref: 'List' }] }],
    [
      'a join of what is selected from nothing',
      { 'Fn::Join': ['', [{ 'Fn::Select': [9, ['x']] }, { 'Fn::Select': 0 }]] },
    ],
    ['a join of what no mapping has', { 'Fn::Join': ['', [{ 'Fn::FindInMap': ['M', 'a', 'b'] }, 7]] }],
    ['Base64 of something else', Buffer.from('exports.handler = async () => {};').toString('base64')],
    ['a digest', `sha256:${'0f'.repeat(32)}`],
  ])('not %s', (_name, value) => {
    expect(saidOf({ ...Topic, Properties: { X: value } })).toEqual([]);
  });

  it('as a name, which is masked wherever it is shown', () => {
    const found = findingsOf({
      Mappings: { M: { [key]: { a: 'b' } } },
      Resources: { [key]: { Type: 'AWS::IAM::User' } },
    });
    expect(found).toHaveLength(3);
    expect(found.map(({ what }) => what)).toContain(held('an access key as a name'));
    expect(JSON.stringify(found)).not.toContain(key);
  });

  it('in what a finding quotes is masked', () => {
    const found = findingsOf({ Resources: { It: role({ ManagedPolicyArns: [{ 'Fn::Split': key }] }) } });
    expect(found).toHaveLength(2);
    expect(JSON.stringify(found)).not.toContain(key);
  });
});

describe('secrets by what they are called', () => {
  it.each([
    ['a property of AWS', { MasterUserPassword: 'hunter2' }, 'GATE_STATIC_CREDENTIAL'],
    ['a property below one', { EndpointConfiguration: { AccessKey: 'hunter2' } }, 'GATE_STATIC_CREDENTIAL'],
    ['a list of them', { Passwords: ['hunter2'] }, 'GATE_STATIC_CREDENTIAL'],
    ['a key of a tunnel', { Tunnels: [{ PreSharedKey: 'hunter2' }] }, 'GATE_STATIC_CREDENTIAL'],
    ['the value of a key', { AuthParameters: { ApiKeyValue: 'hunter2' } }, 'GATE_STATIC_CREDENTIAL'],
    [
      'the name that AWS gives its secret keys',
      { Environment: { Variables: { AWS_SECRET_ACCESS_KEY: 'hunter2' } } },
      'GATE_STATIC_CREDENTIAL',
    ],
    ['such a name in a list', { Pairs: [{ Name: 'SecretAccessKey', Value: 'hunter2' }] }, 'GATE_STATIC_CREDENTIAL'],
    ['a variable', { Environment: { Variables: { DB_SECRET: 'app/db' } } }, 'GATE_POSSIBLE_SECRET'],
    ['a variable written like a property', { Environment: { Variables: { Password: 'x' } } }, 'GATE_POSSIBLE_SECRET'],
    ['a variable in short', { Environment: { Variables: { DB_PWD: 'hunter2' } } }, 'GATE_POSSIBLE_SECRET'],
    ['a name in a list', { Pairs: [{ Name: '/db/pwd', Value: 'hunter2' }] }, 'GATE_POSSIBLE_SECRET'],
  ])('%s: %j is %s', (_name, Properties, code) => {
    const template = { Resources: { It: { ...Topic, Properties } } };
    expect(findingsOf(template, { waive: ['GATE_POSSIBLE_SECRET'] })).toMatchObject([
      { code, waived: code === 'GATE_POSSIBLE_SECRET' },
    ]);
  });

  it.each([
    ['AWS::CodeBuild::SourceCredential', 'Token'],
    ['AWS::ApiGateway::ApiKey', 'Value'],
  ])('%s calls its secret %s', (Type, name) => {
    expect(findingsOf({ Resources: { It: { Type, Properties: { [name]: 'hunter2' } } } })).toMatchObject([
      { code: 'GATE_STATIC_CREDENTIAL', what: held(`a literal for ${name}`) },
    ]);
    expect(saidOf({ Type, Properties: { Tags: [{ Key: 'a', [name]: 'hunter2' }] } })).toEqual([]);
  });

  it('properties of custom resources are named by their author', () => {
    const It = { Type: 'Custom::Thing', Properties: { Password: 'hunter2' } };
    expect(findingsOf({ Resources: { It } })).toMatchObject([{ code: 'GATE_POSSIBLE_SECRET' }]);
  });

  it('an output is named as well', () => {
    const outputs = { Password: { Value: 'hunter2' }, Reference: { Value: 'hunter2' }, SecretArn: { Value: 'x' } };
    expect(findingsOf({ Outputs: outputs })).toMatchObject([
      { code: 'GATE_POSSIBLE_SECRET', pointer: '/Outputs/Password/Value' },
    ]);
  });

  it.each(['SECRETS_MANAGER', 'PARAMETER_STORE'])('a variable of CodeBuild with type %s says a name', (Type) => {
    const variables = (members: object) => ({
      Type: 'AWS::CodeBuild::Project',
      Properties: { Environment: { EnvironmentVariables: [{ Name: 'DB_PASSWORD', Value: 'prod/db', ...members }] } },
    });
    expect(saidOf(variables({ Type }))).toEqual([]);
    expect(saidOf(variables({ Type: 'PLAINTEXT' }))).toEqual([held('a literal for DB_PASSWORD')]);
    expect(saidOf({ ...Topic, Properties: { Pairs: [{ Name: 'DB_PASSWORD', Value: 'x', Type }] } })).toHaveLength(1);
  });

  it.each([
    ['a default', { Ref: 'Plain' }],
    ['a mapping', { 'Fn::FindInMap': ['M', 'a', 'b'] }],
    ['a number of a mapping', { 'Fn::FindInMap': ['M', 'a', 'n'] }],
    ['a mapping that the region chooses', { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'b'] }],
    ['a default in a text', { 'Fn::Sub': '${Plain}' }],
    ['a default that is a number', { Ref: 'Number' }],
  ])('taken from %s is written in the template', (_name, value) => {
    const found = findingsOf({
      Parameters: { Plain: { Type: 'String', Default: 'hunter2' }, Number: { Type: 'Number', Default: 7 } },
      Mappings: { M: { a: { b: 'hunter2', n: 12345678 } } },
      Resources: { It: { ...Topic, Properties: { Password: value } } },
    });
    expect(found).toMatchObject([{ pointer: '/Resources/It/Properties/Password' }]);
  });

  it.each([
    ['has no default', { Type: 'String' }],
    ['has an empty one', { Type: 'String', Default: '' }],
    ['is read in Systems Manager', { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/db/password' }],
    ['has a list', { Type: 'String', Default: ['x'] }],
  ])('not from a parameter that %s', (_name, Plain) => {
    const It = { ...Topic, Properties: { Password: { Ref: 'Plain' } } };
    expect(findingsOf({ Parameters: { Plain }, Resources: { It } })).toEqual([]);
  });

  it('count once, by their form if that is known', () => {
    expect(saidOf({ ...Topic, Properties: { ApiKey: key } })).toEqual([held(`the access key AKIA${'*'.repeat(16)}`)]);
  });

  it.each([
    'MasterUserPassword',
    'DB_PASSWORD',
    'passwd',
    'passphrase',
    'ClientSecret',
    'SecretString',
    'AuthToken',
    'access_token',
    'BearerToken',
    'ApiToken',
    'apiKey',
    'API_KEY',
    'x-api-key',
    'SecretKey',
    'AWS_SECRET_ACCESS_KEY',
    'PrivateKey',
    'Credentials',
    'credential',
  ])('%s', (name) => {
    expect(saidOf({ ...Topic, Properties: { [name]: 'hunter2' } })).toEqual([held(`a literal for ${name}`)]);
  });

  it.each([
    'SecretArn',
    'SecretId',
    'TokenUrl',
    'PasswordPolicy',
    'PasswordLength',
    'KeyId',
    'Token',
    'HttpTokens',
    'NextToken',
  ])('not %s', (name) => {
    expect(saidOf({ ...Topic, Properties: { [name]: 'hunter2' } })).toEqual([]);
  });

  it.each([
    ['a number', 1234],
    ['Fn::Sub without variables', { 'Fn::Sub': 'hunter2' }],
    ['Fn::Sub without variables, with names', { 'Fn::Sub': ['hunter2', {}] }],
    ['Fn::Base64', { 'Fn::Base64': 'hunter2' }],
    ['Fn::Join', { 'Fn::Join': ['', ['hun', 'ter2']] }],
    ['Fn::Sub with names of literals', { 'Fn::Sub': ['${a}ter2', { a: 'hun' }] }],
    ['one branch', { 'Fn::If': ['C', { Ref: 'P' }, 'hunter2'] }],
  ])('as %s', (_name, value) => {
    expect(saidOf({ ...Topic, Properties: { Password: value } })).toEqual([held('a literal for Password')]);
  });

  it.each([
    ['a parameter', { Ref: 'P' }],
    ['a reference', '{{resolve:secretsmanager:/db:SecretString:password}}'],
    ['a reference in a text', { 'Fn::Sub': '{{resolve:secretsmanager:${Db}:SecretString:password}}' }],
    ['a text with a variable', { 'Fn::Sub': '${P}' }],
    ['a text with its own names', { 'Fn::Sub': ['${P}', {}] }],
    ['a malformed text', { 'Fn::Sub': [] }],
    ['Base64 of a parameter', { 'Fn::Base64': { Ref: 'P' } }],
    ['two functions', { 'Fn::Base64': 'x', Ref: 'P' }],
    ['nothing', ''],
    ['an ARN', 'arn:aws:iam::000000000000:role/x'],
    ['a switch', true],
    ['a switch as text', 'True'],
    ['another switch', 'ENABLED'],
    ['an answer', 'yes'],
    ['what browsers send', 'include'],
    ['a list', ['hunter2']],
    ['an object', { Length: 20 }],
  ])('not %s', (_name, value) => {
    expect(saidOf({ ...Topic, Properties: { Password: value } })).toEqual([]);
  });

  it.each([
    ['a list of variables', { Name: 'DB_PASSWORD', Value: 'hunter2' }, '/Value', 'DB_PASSWORD'],
    ['tags', { Key: 'api-key', Value: 'hunter2' }, '/Value', 'api-key'],
    ['parameters of something', { ParameterKey: 'Password', ParameterValue: 'hunter2' }, '/ParameterValue', 'Password'],
    [
      'a parameter of Systems Manager',
      { Name: '/orders/db/password', Type: 'String', Value: 'hunter2' },
      '/Value',
      '/orders/db/password',
    ],
    [
      'a name in Name and something else in Key',
      { Name: 'x', ParameterName: 'Secret', Value: 'hunter2' },
      '/Value',
      'Secret',
    ],
  ])('in %s', (_name, pair, below, called) => {
    const found = findingsOf({ Resources: { It: { ...Topic, Properties: { Pairs: [pair] } } } });
    expect(found.map(({ pointer, what }) => [pointer, what])).toEqual([
      [`/Resources/It/Properties/Pairs/0${below}`, held(`a literal for ${called}`)],
    ]);
  });

  it.each([
    ['a pair with another name', { Name: 'LOG_LEVEL', Value: 'debug' }],
    ['a pair whose value is elsewhere', { Name: 'DB_PASSWORD', ValueFrom: 'arn:aws:ssm:::x' }],
    ['a pair whose name is computed', { Name: { Ref: 'Password' }, Value: 'debug' }],
  ])('not in %s', (_name, pair) => {
    expect(saidOf({ ...Topic, Properties: { Pairs: [pair] } })).toEqual([]);
  });

  it.each([
    ['called like one', 'DbPassword', { Default: 'hunter2' }],
    ['kept from sight', 'Plain', { NoEcho: true, Default: 'hunter2' }],
    ['kept from sight, as text', 'Plain', { NoEcho: 'True', Default: 'hunter2' }],
  ])('in the default of a parameter %s', (_name, name, parameter) => {
    const found = findingsOf({ Parameters: { [name]: { Type: 'String', ...parameter } }, Resources: { Topic } });
    expect(found.map(({ resource, pointer, what }) => [resource, pointer, what])).toEqual([
      [name, `/Parameters/${name}/Default`, held(`a literal for ${name}`)],
    ]);
  });

  it.each([
    ['without a default', { NoEcho: true }],
    ['with an empty default', { NoEcho: true, Default: '' }],
    ['shown, and with a default', { NoEcho: 'false', Default: 'x' }],
  ])('not in a parameter %s', (_name, parameter) => {
    expect(findingsOf({ Parameters: { Plain: { Type: 'String', ...parameter } }, Resources: { Topic } })).toEqual([]);
  });

  it('not in a property called Default elsewhere', () => {
    expect(saidOf({ ...Topic, Properties: { Password: { Default: 'x' }, NoEcho: true, Default: 'x' } })).toEqual([]);
    expect(findingsOf({ Parameters: { DbPassword: { Type: 'String', Note: { Default: 'x' } } } })).toEqual([]);
    expect(findingsOf({ Metadata: { DbPassword: { Default: 'x' } } })).toEqual([]);
    expect(findingsOf({ Metadata: { Plain: { NoEcho: true, Default: 'x' } } })).toEqual([]);
  });
});
