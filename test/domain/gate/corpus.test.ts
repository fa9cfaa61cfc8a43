/** Real templates that nobody of this project wrote: what the gate makes of each. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gateTemplate } from '#shared/domain/gate/gate-template.ts';
import { readSource } from '#shared/domain/template/source.ts';
import type { JsonObject } from '#shared/domain/template/template.ts';

const corpus = '../shared/corpus';
const noBoundary = (...roles: string[]) => roles.map((role) => `GATE_BOUNDARY ${role}`);

/** Not a template of CloudFormation: Rain's own tags. */
const unread = 'unreadable';
const expected: Readonly<Record<string, readonly string[] | typeof unread>> = {
  'AppRunner/AppRunnerServiceFromECR.yaml': noBoundary('AppRunnerRole'),
  'CloudFormation/MacrosExamples/Boto3/example.yaml': ['GATE_TRANSFORM'],
  'CloudFormation/MacrosExamples/DateFunctions/date.yaml': unread,
  'CloudFormation/MacrosExamples/ExecutionRoleBuilder/example.yaml': [
    'GATE_TRANSFORM',
    'GATE_TRUST ExecutionRoleBuilderMacroTestRole',
    'GATE_BOUNDARY ExecutionRoleBuilderMacroTestRole',
  ],
  'CloudFormation/MacrosExamples/PyPlate/python.yaml': unread,
  'CloudFormation/MacrosExamples/StackMetrics/example.yaml': ['GATE_TRANSFORM'],
  'CloudFormation/StackSets/common-resources-stackset.yaml': unread,
  'CloudFormation/StackSets/templates/common-resources-stackset.yaml': ['GATE_TRANSFORM StackSet'],
  'CloudWatch/CloudWatch_Dashboard_ClientVPN.yml': [],
  'DataFirehose/DataFirehoseDeliveryStream.yaml': noBoundary('DeliveryRole'),
  'DynamoDB/DynamoDB_Secondary_Indexes.yaml': [],
  'EC2/EIP_With_Association.yaml': [],
  'ECS/EC2LaunchType/clusters/private-vpc.yaml': noBoundary('AutoscalingRole', 'EC2Role', 'ECSRole'),
  'ECS/ECS_Schedule_Example.yaml': noBoundary('ECSEventRole', 'ECSServiceRole', 'EC2Role', 'AutoscalingRole'),
  'ECS/FargateLaunchType/services/private-subnet-public-service.yaml': [],
  'ElastiCache/Elasticache-snapshot.yaml': unread,
  'ElasticLoadBalancing/ELB_Access_Logs_And_Connection_Draining.yaml': [],
  'IoT/iotanalytics.yaml': [],
  'NeptuneDB/Neptune.yaml': noBoundary('NeptuneRole', 'NeptuneRole'),
  'RDS/RDS_MySQL_With_Read_Replica.yaml': [],
  'RainModules/api-resource.yml': unread,
  'RainModules/cognito.yml': [],
  'RainModules/vpc.yml': [],
  'S3/s3-bucket-and-policy-for-caa-v1.yaml': [],
  'ServiceCatalog/Portfolio.yaml': [],
  'Solutions/AmazonCloudWatchAgent/inline/centos.yaml': [],
  'Solutions/AmazonCloudWatchAgent/inline/ubuntu.yaml': [],
  'Solutions/AmazonCloudWatchAgent/ssm/debian.yaml': [],
  'Solutions/AmazonCloudWatchAgent/ssm/windows.yaml': [],
  'Solutions/CloudFormationEndpointSignals/cfn-endpoint-waitcondition.yaml': noBoundary('RootRole'),
  'Solutions/EC2DomainJoin/EC2-Domain-Join.yaml': noBoundary('myEC2SSMRole'),
  'Solutions/Gitea/Gitea-pkg.yaml': noBoundary('InstanceRole'),
  'Solutions/OperatingSystems/Ubuntu22.04_cfn-hup.yaml': [],
  'Solutions/TaggingRootVolumesInEC2/Tagging_Root_volume.yaml': noBoundary('InstanceRole'),
  'Solutions/VPCPeering/templates/VPCPeering-Accepter-Role.cfn.yaml': ['GATE_TRUST PeerRole', 'GATE_BOUNDARY PeerRole'],
  'Solutions/VPCPeering/templates/VPCPeering-Requester.main.cfn.yaml': [
    'GATE_URL VPCPeeringRequesterSetupStack',
    'GATE_URL VPCPeeringUpdatesStack',
  ],
  'Solutions/WebApp/webapp.yaml': noBoundary(
    'SiteContentReplicationRole',
    'SiteCloudFrontLogsReplicationRole',
    'TestResourceHandlerRole',
    'JwtResourceHandlerRole',
  ),
};

function outcomeOf(file: string): readonly string[] | typeof unread {
  const source = readSource(readFileSync(`${corpus}/${file}`, 'utf8'));
  if (source.kind === 'malformed') return unread;
  const found = gateTemplate(
    { template: source.data as JsonObject, positionOf: source.positionOf },
    { transforms: [] },
  );
  for (const { line, column } of found) expect([line, column]).toEqual([expect.any(Number), expect.any(Number)]);
  return found.map(({ code, resource }) => (resource === undefined ? code : `${code} ${resource}`));
}

describe.skipIf(!existsSync(corpus))(`templates of ${corpus} (skipped where the folder is absent)`, () => {
  it('are all in the table', () => {
    const files = globSync('**/*.{yaml,yml}', { cwd: corpus });
    expect(files.sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(Object.keys(expected))('%s', (file) => {
    expect(outcomeOf(file)).toEqual(expected[file]);
  });
});
