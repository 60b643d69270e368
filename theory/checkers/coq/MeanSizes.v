(** Theorem 1 by conditional means, with mean sizes (docs/theory.md#mean.sized): a drift is at most the share times a
    sample's size, so that its mean meets the mean size, which varies less than the direction itself.

    mu is the mean of a sample's direction given the past, psi that of its size, psi + rest the size; e is the mean of
    the drift, [eabs] its size. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Master Sequences Shape ConditionalMeans.
Import ListNotations.
Local Open Scope R_scope.

(** * The fold *)

Section sequences.
  Variables (P : sampler) (K : nat).

  (** Of what a sample's elements are, times a weight that is known before it; [mabs] is the size of mu. *)
  (* Claim: mean.fold *)
  Theorem fold_between {H : space} (mu n psi rest mabs : process P K H) :
    known P K H 1 mu -> known P K H 1 psi -> known P K H 1 mabs ->
    martingale_difference P K n -> martingale_difference P K rest ->
    inner (plus psi rest) (plus psi rest) = inner (plus mu n) (plus mu n) ->
    inner mabs mabs = inner mu mu -> inner mu (plus mu n) <= inner mabs (plus psi rest) ->
    0 <= inner psi psi - inner mu mu <= inner n n /\
    inner psi psi - inner mu mu = inner n n - inner rest rest.
  Proof.
    intros Kmu Kpsi Kabs Dn Dr Size Abs Product.
    pose proof (known_orthogonal P K n mu Dn Kmu) as O. rewrite inner_sym in O.
    pose proof (known_orthogonal P K rest mabs Dr Kabs) as M. rewrite inner_sym in M.
    pose proof (known_orthogonal P K rest psi Dr Kpsi) as R. rewrite inner_sym in R.
    destruct (sizes_fluctuate mu n psi rest mabs O M R Size Abs Product) as [Jensen _].
    rewrite !inner_plus, !inner_plus_r, (inner_sym psi rest), (inner_sym mu n), O, R in Size.
    pose proof (inner_pos rest). repeat split; lra.
  Qed.

  (** * The mean drift *)

  (** e + rest is the drift; wF, wb, wpsi + wrest are F, b and the sample's size times the share; D bounds the folds.
      Most shares are below [few]; [hF] is F by what the squares of the others are beyond its square. *)
  (* Claim: mean.size *)
  Theorem mean_drift_sized {H : space} (F b e rest eabs wF wb wpsi wrest hF : process P K H) rho few D more : 0 <= rho ->
    known P K H 1 e -> known P K H 1 eabs -> known P K H 1 wpsi ->
    martingale_difference P K rest -> martingale_difference P K wrest ->
    inner eabs eabs = inner e e -> inner (plus e rest) e <= inner (plus wpsi wrest) eabs ->
    inner hF hF <= more ->
    (forall h, taken P K h -> inner (wF h) (wF h) <= few ^ 2 * inner (F h) (F h) + inner (hF h) (hF h)) ->
    norm wb <= rho * norm b -> 0 <= D -> inner wpsi wpsi - inner (plus wF wb) (plus wF wb) <= D ->
    norm e <= norm wpsi /\ norm e <= sqrt (few ^ 2 * norm F ^ 2 + (D + more)) + rho * norm b.
  Proof.
    intros Hr Ke Kabs Kpsi Dr Dw Abs Along M LF Lb HD Folds.
    pose proof (known_orthogonal P K rest e Dr Ke) as O. rewrite inner_sym in O.
    pose proof (known_orthogonal P K wrest eabs Dw Kabs) as W. rewrite inner_sym in W.
    assert (Jensen : inner e e <= inner wpsi wpsi).
    { pose proof (inner_pos (plus wpsi (scal (-1) eabs))) as S.
      rewrite inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r, (inner_sym eabs wpsi) in S.
      rewrite !inner_plus, O, W in Along. lra. }
    split; [now apply sqrt_le_1_alt|].
    assert (L : inner wF wF + D <= few ^ 2 * norm F ^ 2 + (D + more))
      by (pose proof (few_gradient P K F wF hF few more M LF); lra).
    pose proof (inner_pos wF) as PF. pose proof (Rmult_le_pos _ _ Hr (norm_nonneg b)) as Pb.
    set (T := sqrt (few ^ 2 * norm F ^ 2 + (D + more))).
    assert (PT : 0 <= T) by apply sqrt_pos.
    assert (ET : T ^ 2 = few ^ 2 * norm F ^ 2 + (D + more)) by (unfold T; apply pow2_sqrt; lra).
    assert (NF : norm wF <= T) by (apply norm_le; [exact PT | lra]).
    pose proof (inner_le_product wF wb _ _ NF Lb) as Cross.
    pose proof (square_at_most wb _ Lb) as Old.
    rewrite inner_plus, !inner_plus_r, (inner_sym wb wF) in Folds.
    apply norm_le; [lra|].
    replace ((T + rho * norm b) ^ 2) with (T ^ 2 + 2 * (T * (rho * norm b)) + (rho * norm b) ^ 2) by ring.
    lra.
  Qed.

  (** The same with psi the mean size at current weights; [wt] is the size of what staleness changes, times the share. *)
  (* Claim: mean.current *)
  Theorem mean_drift_current {H : space} (F e rest eabs wF wpsi wrest wt hF : process P K H) few D more :
    known P K H 1 e -> known P K H 1 eabs -> martingale_difference P K rest -> martingale_difference P K wrest ->
    inner eabs eabs = inner e e -> inner (plus e rest) e <= inner (plus (plus wpsi wt) wrest) eabs ->
    inner hF hF <= more ->
    (forall h, taken P K h -> inner (wF h) (wF h) <= few ^ 2 * inner (F h) (F h) + inner (hF h) (hF h)) ->
    inner wpsi wpsi - inner wF wF <= D ->
    norm e <= norm (plus wpsi wt) /\ norm e <= sqrt (few ^ 2 * norm F ^ 2 + (D + more)) + norm wt.
  Proof.
    intros Ke Kabs Dr Dw Abs Along M LF Folds.
    pose proof (known_orthogonal P K rest e Dr Ke) as O. rewrite inner_sym in O.
    pose proof (known_orthogonal P K wrest eabs Dw Kabs) as W. rewrite inner_sym in W.
    assert (Jensen : inner e e <= inner (plus wpsi wt) (plus wpsi wt)).
    { set (g := plus wpsi wt) in *. pose proof (inner_pos (plus g (scal (-1) eabs))) as S.
      rewrite inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r, (inner_sym eabs g) in S.
      rewrite (inner_plus e), (inner_plus g), O, W in Along. lra. }
    assert (E : norm e <= norm (plus wpsi wt)) by now apply sqrt_le_1_alt.
    split; [exact E|].
    assert (L : norm wpsi <= sqrt (few ^ 2 * norm F ^ 2 + (D + more)))
      by (apply sqrt_le_1_alt; pose proof (few_gradient P K F wF hF few more M LF); lra).
    pose proof (minkowski wpsi wt). lra.
  Qed.
End sequences.

(** * The feasible set *)

Section run.
  Variables (P : sampler) (K : nat) (value : history -> R) (lower : R).
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis bounded_below : lower <= mean P K value.
  Context {H : space}.
  Variables F n b e u Lv Ln : process P K H.
  Let v : process P K H := plus F (plus b e).
  Variable root : history -> R.
  Variables alpha L Lambda1 nu : R.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis u_direction : direction F u.
  Hypothesis F_known : known P K H 1 F.
  Hypothesis n_martingale : martingale_difference P K n.
  Hypothesis Lv_known : known P K H 1 Lv.
  Hypothesis Ln_martingale : martingale_difference P K Ln.
  Hypothesis Lv_is : forall h, taken P K h -> forall y, inner (Lv h) y = root h * inner (v h) y.
  Hypothesis Ln_is : forall h, taken P K h -> forall y, inner (Ln h) y = root h * inner (n h) y.
  Hypothesis at_most : forall h, taken P K h -> root h ^ 2 <= L.
  Hypothesis smooth : forall h, taken P K h ->
    value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n h))
      + root h ^ 2 / 2 * (alpha ^ 2 * norm (plus (v h) (n h)) ^ 2).
  Hypothesis stale_at_most : norm b <= alpha * (Lambda1 * norm v + nu).

  (** [run_mean_few] with D for the bound of the noise times the share: D bounds the folds. *)
  (* Claim: mean.sized *)
  Theorem run_sized (rest eabs wF wb wpsi wrest hF : process P K H) rho few D more : 0 <= rho ->
    known P K H 1 e -> known P K H 1 eabs -> known P K H 1 wpsi ->
    martingale_difference P K rest -> martingale_difference P K wrest ->
    inner eabs eabs = inner e e -> inner (plus e rest) e <= inner (plus wpsi wrest) eabs ->
    inner hF hF <= more ->
    (forall h, taken P K h -> inner (wF h) (wF h) <= few ^ 2 * inner (F h) (F h) + inner (hF h) (hF h)) ->
    norm wb <= rho * norm b -> 0 <= D -> inner wpsi wpsi - inner (plus wF wb) (plus wF wb) <= D ->
    feasible_mean ((value [] - lower) / (alpha * INR K)) (alpha / 2 * norm Ln ^ 2) (alpha * L)
      (sqrt (few ^ 2 * norm F ^ 2 + (D + more))) ((1 + rho) * alpha * Lambda1) ((1 + rho) * alpha * nu)
      (norm F ^ 2) (norm v) (inner u v).
  Proof.
    intros Hr Ke Kabs Kpsi Dr Dw Abs Along M LF Lb HD Folds.
    apply (feasible_of_mean_drift P K value lower K_pos bounded_below F n b e u Lv Ln root alpha L alpha_pos
      u_direction F_known n_martingale Lv_known Ln_martingale Lv_is Ln_is at_most smooth).
    destruct (mean_drift_sized P K F b e rest eabs wF wb wpsi wrest hF rho few D more Hr Ke Kabs Kpsi Dr Dw Abs
      Along M LF Lb HD Folds) as [_ E].
    pose proof (minkowski b e). pose proof (Rmult_le_compat_l rho _ _ Hr stale_at_most) as B. fold v. lra.
  Qed.

  (** The same by mean sizes at current weights: [late] in qn stands where the share of the staleness did. *)
  (* Claim: mean.current_feasible *)
  Theorem run_current (rest eabs wF wpsi wrest wt hF : process P K H) few D more late :
    known P K H 1 e -> known P K H 1 eabs -> martingale_difference P K rest -> martingale_difference P K wrest ->
    inner eabs eabs = inner e e -> inner (plus e rest) e <= inner (plus (plus wpsi wt) wrest) eabs ->
    inner hF hF <= more ->
    (forall h, taken P K h -> inner (wF h) (wF h) <= few ^ 2 * inner (F h) (F h) + inner (hF h) (hF h)) ->
    inner wpsi wpsi - inner wF wF <= D -> norm wt <= late ->
    feasible_mean ((value [] - lower) / (alpha * INR K)) (alpha / 2 * norm Ln ^ 2) (alpha * L)
      (sqrt (few ^ 2 * norm F ^ 2 + (D + more))) (alpha * Lambda1) (alpha * nu + late)
      (norm F ^ 2) (norm v) (inner u v).
  Proof.
    intros Ke Kabs Dr Dw Abs Along M LF Folds Late.
    apply (feasible_of_mean_drift P K value lower K_pos bounded_below F n b e u Lv Ln root alpha L alpha_pos
      u_direction F_known n_martingale Lv_known Ln_martingale Lv_is Ln_is at_most smooth).
    destruct (mean_drift_current P K F e rest eabs wF wpsi wrest wt hF few D more Ke Kabs Dr Dw Abs Along M LF Folds)
      as [_ E].
    pose proof (minkowski b e). fold v. lra.
  Qed.
End run.
