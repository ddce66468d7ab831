import { type CopiedResults, readCopiedResults } from '@espalier/core/results';
import {
  accuracyVsMultiplyAdds,
  accuracyVsSparsity,
  accuracyVsWeights,
  budgetsByLayer,
  comparisonTable,
  type Figure,
  renderMarkdown,
} from '@espalier/reports';
import { copiedFile, countBudget, countGmp, countNetworks, countRigl, countStr } from './count.ts';
import { AT_90 } from './published.ts';
import { at90Table, mobilenetTable, networksTable, riglTable, strTable } from './tables.ts';

export interface Page {
  /** docs/published.md */
  readonly markdown: string;
  /** docs/images/<name>.svg */
  readonly figures: readonly Figure[];
}

/** The page of published numbers, counted anew. */
export async function publishedPage(): Promise<Page> {
  const at90 = await Promise.all(AT_90.map(async ({ name, file }) => ({ name, counted: await countBudget(file) })));
  const rows = at90.flatMap(({ name, counted }) => counted.layers.map((layer) => ({ ...layer, budget: name, layer: layer.name })));
  const figures = budgetsByLayer(
    rows.map(({ budget, layer, sparsity, multiplyAdds, denseMultiplyAdds }) => ({
      budget,
      layer,
      sparsity,
      multiplyAdds,
      denseMultiplyAdds,
    })),
    { name: 'published-resnet50-90', subject: 'ResNet-50 at 90 % sparsity' },
  );
  const resnet50 = COPIED_RESNET50.map(readCopied);
  const mobilenet = readCopied('str-mobilenet-v1');
  const accuracies = [
    ...accuracyVsSparsity([], resnet50).map((figure) => ({ ...figure, name: 'published-resnet50-accuracy-vs-sparsity' })),
    ...accuracyVsMultiplyAdds([], resnet50).map((figure) => ({ ...figure, name: 'published-resnet50-accuracy-vs-multiply-adds' })),
  ];
  const weights = accuracyVsWeights([], [bothNetworks(resnet50, mobilenet)]).map((figure) => ({
    ...figure,
    name: 'published-accuracy-vs-weights',
  }));
  const [str, gmp, networks, rigl] = await Promise.all([countStr(), countGmp(), countNetworks(), countRigl()]);
  const markdown = [
    HEAD,
    ...figures.map(({ name, title }) => `![${title}](images/${name}.svg)\n`),
    renderMarkdown(at90Table(at90)),
    AFTER_AT_90,
    renderMarkdown(strTable(str)),
    AFTER_STR,
    renderMarkdown(mobilenetTable(gmp)),
    AFTER_MOBILENET,
    ...accuracies.map(({ name, title }) => `![${title}: ResNet-50 on ImageNet, copied](images/${name}.svg)\n`),
    WEIGHTS,
    ...weights.map(({ name, title }) => `![${title}: ResNet-50 and MobileNetV1 on ImageNet, copied](images/${name}.svg)\n`),
    renderMarkdown(comparisonTable([], { copied: [...resnet50, mobilenet] })),
    AFTER_ACCURACIES,
    renderMarkdown(networksTable(networks)),
    AFTER_NETWORKS,
    renderMarkdown(riglTable(rigl)),
    AFTER_RIGL,
  ].join('\n');
  return { markdown, figures: [...figures, ...accuracies, ...weights] };
}

// --- helpers ---

const COPIED_RESNET50 = ['str-resnet50', 'gale-resnet50', 'rigl-resnet50', 'st-3-resnet50'];

const readCopied = (name: string): CopiedResults => readCopiedResults(copiedFile(name));

/** Two networks in one figure: their sparse versions, told apart by name. */
function bothNetworks(resnet50: readonly CopiedResults[], mobilenet: CopiedResults): CopiedResults {
  const named = (network: string, { results }: CopiedResults) =>
    results.filter(isSparseAndCounted).map((result) => ({ ...result, method: `${result.method}, ${network}` }));
  const [first] = resnet50;
  return {
    ...mobilenet,
    source: [
      ...new Set([...resnet50, mobilenet].filter(({ results }) => results.some(isSparseAndCounted)).map(({ source }) => source)),
    ].join('; '),
    model: `${first?.model} and ${mobilenet.model}`,
    results: [...resnet50.flatMap((source) => named('ResNet-50', source)), ...named('MobileNetV1', mobilenet)],
  };
}

const isSparseAndCounted = ({ sparsity, nonzero }: CopiedResults['results'][number]): boolean => sparsity > 0 && nonzero !== undefined;

const HEAD = `# Published numbers

What papers and their repositories printed about sparse networks, beside what Espalier counts for the same budgets. Columns marked *copied*
hold the numbers of others, as they printed them; everything else on this page is counted by \`espalier cost\` on the shapes of the networks.
No network was trained for it.

\`\`\`sh
npx -y pnpm@12 published
\`\`\`

makes this page and its figures. The numbers of others, with their sources, are in
[studies/published](../studies/published/README.md); one line of a table is one command:

\`\`\`sh
npx espalier cost --model resnet50 --budget studies/published/budgets/resnet50-str-90.23.csv
npx espalier cost --model resnet50 --allocation erk --sparsity 0.9
npx espalier cost --model mobilenet-v1 --sparsity 0.9 --exclude "conv1,dw*" --convention rigl
\`\`\`

## Where the zeros go

Six budgets for ResNet-50 at 90 %, as the paper on [STR](https://arxiv.org/abs/2002.03231) compares them: what STR learned, the same
sparsity everywhere, ERK, SNFS, variational dropout (VD), and one threshold for all layers (global). The sparsity of each layer is copied; its
multiply-adds are counted, and so are the totals. Grey: the dense network.
`;

const AFTER_AT_90 = `STR prunes the early layers, where a weight is used thousands of times, as much as the late ones; ERK and SNFS leave most
of them dense. With as many weights, ERK computes nearly three times and SNFS nearly five times as much.
The budget of ERK was printed in whole percents, so its total is not quite 90 %; the exact one (\`--allocation erk --sparsity 0.9\`) has 2.55 M
weights and 989 M multiply-adds, 0.242 of the dense ones.

## The budgets of STR

The sparsity of each layer comes from the budgets file of [STR's repository](https://github.com/RAIVNLab/STR), and so do the totals with and
without the classifier; weights and multiply-adds are those of its README. Multiply-adds of convolutional and dense layers, without those of
pooling; weights without batch normalization.
`;

const AFTER_STR = `The sparsities of the layers were printed with two decimals, so their total is known to 0.005 points: that is the difference at
95.03 %. One number does not come out: at 81.27 %, the README has 4.47 M weights. 18.73 % of 25,502,912 is 4.78 M, which is also what the layers
add up to, so the printed number must be a slip.

## Budgets of MobileNetV1

[Gradual pruning](https://arxiv.org/abs/1710.01878) (GMP) took the same share of the pointwise layers and the classifier, and left the first
layer and the depthwise ones dense: \`--exclude "conv1,dw*"\`. What STR learned for all layers has about as many weights, by its repository's README.
`;

const AFTER_MOBILENET = `With about as many weights, STR computes 0.62 and 0.51 of what gradual pruning does. Its budgets of the layers of this
network were not published, so its totals can't be counted.

## What sparse networks reach

Accuracies are those of others, who trained with recipes of their own: \`RigL 5x\` five times as long, others with another augmentation or another
dense network to start from. They are read with their sources, not as a ranking. The files they come from lie in
[studies/published/copied](../studies/published/copied); \`npx espalier report runs --copied FILE\` puts such a file beside runs of one's own.
`;

const WEIGHTS = `A small network and a large one, pruned to as many weights: the points whose number of weights was printed.
`;

const AFTER_ACCURACIES = `## Dense networks
`;

const AFTER_NETWORKS = `The count of STR's budgets file for ResNet-50 includes 100,352 additions of the average pool, which Espalier leaves out.

## RigL's way of counting

[RigL](https://github.com/google-research/rigl) counts multiplications and additions apart, with a bias and a relu for each output, and the bytes
of a model with a bit mask for each sparse layer (\`--convention rigl\`). Its README has ResNet-50, a notebook in its repository MobileNetV1.
Uniform distributions leave the first layer dense, and both leave depthwise layers dense; these are no part of the sparsity.
`;

const AFTER_RIGL = `All sizes come out, two of them but for the last digit, except these:

- *ResNet-50, uniform at 80 %: 23.685 MB.* With a dense first layer it is 23.729 MB; the sizes at all other sparsities have that layer dense.
- *ResNet-50, ERK at 96.5 %: 6.904 MB.* RigL's notebook leaves the first layer dense there, which does give 6.904 MB; the README says that ERK
  applies to all layers, and its 0.09x is the cost of that (with the first layer dense, 0.111x).

Operations come out as RigL's code counts them: it takes a layer that is padded by a layer of its own to be padded twice, so that the first
layer of ResNet-50 has 115 instead of 112 pixels a side and that of MobileNetV1 113, and four depthwise layers one more than they have.
The column before it has the layers as they are. What is left are the weights of a layer, which RigL counts in fractions: 0.014 % at most.
`;
