/** Holds the schemas and the sources against the rules of the architecture, and names everything that breaks one. */
import { readRepository } from './architecture/repository';
import { rules } from './architecture/rules';

function main(): void {
  const repository = readRepository(process.cwd());
  const broken = rules
    .map(({ says, check }) => ({ says, violations: check(repository) }))
    .filter(({ violations }) => violations.length > 0);
  for (const { says, violations } of broken)
    console.log(`${says}\n${violations.map((line) => `  ${line}`).join('\n')}\n`);
  console.log(`${rules.length - broken.length} of ${rules.length} rules of the architecture hold`);
  if (broken.length > 0) process.exitCode = 1;
}

main();
