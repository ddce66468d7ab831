/** What to look for where a check fails, by the name of the check. */
export const HINTS: Readonly<Record<string, string>> = {
  // every kind
  'is built again from its spec as JSON':
    'A config, a worker process and a resumed run hold options as JSON: no transform, class, function or infinity in the schema.',
  'refuses an option that it does not know': 'Make the schema a z.strictObject: a misspelt option must not be ignored in silence.',
  'leaks no tensors':
    'Make tensors inside what core calls: it tidies up. tf.keep() and closures hold them for good; what must live on is a tf.Variable of the state.',
  'gives the same bits whenever it is asked': 'Look for a counter, a cache or a random number outside of the state.',
  'is made with the options given': 'Give what has no default: --options "name(option=1)".',

  // pruner, threshold-source
  'learns: the loss falls by a third':
    'Is the effective weight differentiable in what should learn? Nothing read, rounded or compared may be all that it depends on; tf.customGrad needs a gradient that is not 0.',
  'gives the same weights, to the bit, with the same seed':
    'Draw from context.random(purpose), never from Math.random or an unseeded tf.randomUniform.',
  'gives other weights with another seed': 'Does the effective weight still depend on the weight?',
  'keeps nothing from one run to the next':
    'Look for a counter, a cache or a changed option in a closure: what changes is a tf.Variable that init makes.',
  'prunes two models at once as it prunes each alone':
    'Look for a Map by layer name, or a variable beside the state: both models have a layer of that name.',
  'keeps outputs and sparsity when it is finalized':
    'reparameterize must give the same for the same weight and state: no counter, no random number.',
  'changes nothing when the model is evaluated':
    'Move what assigns a variable out of reparameterize, into beforeStep or afterStep: evaluation calls reparameterize alone.',
  'leaves zero at the end what is pruned, whatever momentum and weight decay do':
    'The optimizer moves stored weights after the last mask: multiply by the mask in reparameterize, or make the promise good in finish.',
  'reports every layer':
    'parameterCount gives a whole number from 0 up, threshold a number from 0 up; leave them out where they mean nothing.',
  'prunes a model that has a layer with one weight':
    'Round over all layers together with keepCounts: a layer may lose all of its weights, and a quantile of one weight is that weight.',
  'uses no gradient of a weight of which it says that it needs none':
    'gradientsOf is for counting costs: leave it out, or name every weight whose gradient moves something.',
  'does what its calendar says, when it says so':
    'Compare the steps and fractions of calendar with those at which beforeStep and finish update, after the last step too.',
  'goes on from a checkpoint to the same weights, to the bit':
    'A checkpoint has the variables of the state and nothing else: keep numbers that change in a tf.Variable.',
  'leaves exactly the number of weights that it promises':
    'Keep exactly k with topKMasks and keepCounts, and do it again in finish, after the last update of the weights.',
  'leaves exactly that number when all weights start equal':
    'A comparison with a quantile keeps all equal weights or none: topKMasks breaks ties by position.',
  'leaves exactly that number when weights are rounded':
    'A comparison with a quantile keeps all equal weights or none: topKMasks breaks ties by position.',
  'leaves exactly the number of weights that sparsity 0 means':
    'Nothing may be pruned at sparsity 0: is a comparison > where it should be ≥?',
  'leaves exactly the number of weights that sparsity 0.5 means': 'Does create pass the sparsity on that it is given?',
  'leaves exactly the number of weights that sparsity 0.999 means':
    'Rounding may leave a layer without weights: no Math.max(1, k) in a single layer.',
  'leaves no more than 0.5 of the multiply-adds, to a single weight':
    'allocateCounts takes the whole target: pass multiplyAdds on to it, and again in finish.',
  'leaves no more than 0.1 of the multiply-adds, to a single weight':
    'allocateCounts takes the whole target: pass multiplyAdds on to it, and again in finish.',
  'leaves no more than 0.5 of the bytes, to a single weight':
    'allocateCounts takes the whole target: pass bytes on to it, and again in finish.',
  'trains to the same bits whether its steps are compiled or run one operation at a time':
    'A JavaScript number in reparameterize or penalty is frozen at its first value when the step is compiled: hold it in a tf.Variable, or use progress, which is a tensor.',

  // threshold-function
  'keeps the shape that it is given': 'Work elementwise: s is a scalar, one per filter, or one per weight.',
  'never falls as s grows': 'A larger s must prune at least as much.',
  'stays inside the range that it declares': 'range is [infimum, supremum] of value over all s.',
  'comes near to both ends of that range': 'range is what value tends to at −∞ and ∞, not a bound that it never nears.',
  'has the derivative that automatic differentiation gives': 'Is the inner derivative in it? derivative must be that of value, by s.',
  'has the derivative that finite differences give':
    'Check the sign and the inner derivative; a tf.customGrad in value may have a gradient that is not its own.',
  'is inverted by its inverse': 'inverse(g(s)) = s: solve value for s.',
  'has an inverse that rises strictly, also above the supremum':
    'Go on as a line above the supremum: weights that no threshold reaches still need an order.',
  'has the inverse of 0 that belongs to it': 'Give −∞, or the s where g is 0: no floor, no epsilon in the inverse.',
  'is finite where s is far below, as at -3200': 'Look for ∞ / ∞ and ∞ − ∞: write it such that exp underflows to 0 rather than overflows.',

  // estimator
  'keeps the shapes of weight and threshold, whatever shares a threshold':
    'sumToShape(gradient, threshold.shape) adds up what comes from the weights that share a threshold.',
  'is finite everywhere: at the threshold, at 0, far above, at any progress':
    'Look for a division by the weight, by the threshold or by 1 − progress.',
  'is linear in the gradient that comes in':
    'Multiply by upstream, add nothing and clip nothing: a weight that is used twice gets the sum of its gradients.',
  'reads no value, so that a step can be compiled': 'Use operations on tensors throughout; progress is a tensor, too.',
  'is the gradient that it claims to be': 'Leave isGradientOf out for a surrogate; else check the sign and the sum over shared thresholds.',

  // operator
  'keeps the shape of the weight at every granularity of the threshold': 'The threshold broadcasts against the weight: no reduction.',
  'gives exactly 0 where |W| ≤ τ, and not 0 above': 'Compare with >, not ≥, and multiply by the outcome: a small rest is not 0.',
  'treats both signs alike': 'Compare |W| with τ and put the sign back.',
  'leaves weights as they are at τ = 0': 'A factor must be 1 where nothing is pruned.',
  'has derivatives in the shape of the weight, 0 where |W| ≤ τ': 'Return elementwise derivatives, times the mask; estimators do the sums.',
  'is finite close to τ and far from it': 'Look for a division by |W| − τ or a power of it.',
  'takes each weight with its own threshold alone': 'Elementwise only, or say pools: true.',
  'never turns a weight into a larger one': 'A threshold shrinks; what scales up pools over weights: say pools: true.',
  'has the derivatives that finite differences give, away from τ': 'Check ∂Ŵ/∂W and ∂Ŵ/∂τ, with the sign of W.',

  // allocation
  'gives every layer a sparsity in [0, 1]': 'Cap a layer at 0 and at 1, and share out what is left over among the others.',
  'meets the total before rounding': 'Σ (1 − sparsity of a layer) · its size must be (1 − sparsity) · the size of all.',
  'meets the total to the weight, rounded': 'keepCounts rounds: it needs a sparsity for every kernel, by its name.',
  'takes no layer away whole while most weights stay': 'Cap the sparsity of a layer below 1, or the network computes nothing.',
  'gives the same answer whenever it is asked': 'Look for a counter or a cache in a closure.',
  'says if its answer depends on the weights': 'dynamic: true has it asked again at every update.',

  // schedule
  'stays within [0, 1]': 'Clip it, and look at the ends: 0 / 0 where a ramp has no length.',
  'never falls': 'Rise or stay: a weight that is gone comes back by its gradient, not by schedule.',
  'reaches 1 at the end of the training': 'at(1) must be exactly 1: return 1 from the end of the ramp on.',
  'gives the same fraction whenever it is asked, in whatever order': 'Compute it from progress alone.',

  // score
  'has the shape of the weight': 'One score per weight: no reduction.',
  'is finite, also for weights that are 0, tiny or huge':
    'Look for logarithms, quotients and powers; rank by a monotone function that does not overflow.',
  'gives the same scores whenever it is asked': 'Look for a counter or a random number.',
  'leaves the weight as it is': 'No assign: make new tensors.',

  // regularizer
  'has a penalty that is a finite scalar': 'Sum it over the elements.',
  'has a gradient in the shape of the parameter': 'One number per element: no mean, no sum.',
  'has the gradient of its penalty, by automatic differentiation': 'Is a factor such as ½ or the coefficient missing in one of the two?',
  'has the gradient of its penalty, by finite differences':
    'The gradient points uphill: check its sign; a tf.customGrad in penalty may have one that is not its own.',
  'is finite at zero, and near it': 'Look for a division by a norm or a magnitude; take 0 for the subgradient at 0.',

  // model
  'gives one finite logit per class for each example': 'End in context.classes units without a softmax.',
  'starts with the same weights, to the bit, from the same seed':
    'Give every initializer a seed: tf.initializers.glorotNormal({ seed: context.seed("layer") }).',
  'starts with other weights from another seed': 'Take the seeds of initializers from context.seed.',
  'has the same names of layers whenever it is built': 'Name every layer that has weights.',
  'has weights to prune': 'It needs a dense, convolutional or recurrent layer.',
  'leaves no tensor behind when it is disposed of': 'Make tensors in layers and initializers only.',

  // dataset
  'has examples in each split': 'Take the validation split out of the training data.',
  'has as many values per example as its input shape says': 'inputs holds one example after the other, of inputShape each.',
  'has labels from 0 up to its classes': 'Classes are numbered from 0.',
  'has finite values only': 'Look for missing values and for a deviation of 0 that they are divided by.',
  'gives the same splits whenever it is loaded': 'Shuffle with a seed of your own that never changes.',
  'has no test or validation example among the training examples': 'Cut the splits apart before anything is drawn or repeated.',
};
