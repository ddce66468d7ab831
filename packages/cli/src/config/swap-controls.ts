/** What is trained beside a swap, so that it shows what a mask, its places and its init are worth. Here, so that the help needs nothing heavy. */
export const SWAP_CONTROLS = ['rewound', 'layer-shuffled', 'reinitialized', 'random', 'small-dense'] as const;
export type SwapControl = (typeof SWAP_CONTROLS)[number];
