(** Theorem 4 for Analog-SGD-AP on any devices, from the algorithm (docs/theory.md#free.feasible): with independent
    samples and a direction that is differentiable in its forward weights, the lag has no part in the floor.

    Assumptions of Theorem 1 as in AnalogSGD.v, and: the samples have one law (`same_law`); the direction is Lipschitz
    in both weights (`joint`); it has a derivative J at current weights that is Lipschitz (`second_order`,
    `derivative_lipschitz`); its mean lengths are bounded where it is not affine; the devices' drift is Lipschitz in the
    direction and in the weight (`drift_lipschitz`).  The frozen point of a step is that of D updates before it.

    With a share of the drift at each weight, Lipschitz as well, the noise counts with the distortion that is met along
    the run (`free_asynchrony_adaptive`). *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Master Trajectory Descent Device Training.
From Analog Require Import FrozenRules FreeSequences FreeAdaptive.
From Analog Require Sequences Refined.
Import ListNotations.
Local Open Scope R_scope.

(** * Devices *)

(** What a device adds to the direction g, in units of alpha gain. *)
Definition device_drift (U : R -> R -> R) (alpha gain w g : R) : R := - (U w (- alpha * g) - w) / (alpha * gain) - g.

(** Its drift moves at most gamma times as far as the direction, and theta1 |g| times as far as the weight. *)
Definition drift_lipschitz (U : R -> R -> R) (alpha gain gamma theta1 w w' g g' : R) : Prop :=
  Rabs (device_drift U alpha gain w g - device_drift U alpha gain w g') <= gamma * Rabs (g - g') /\
  Rabs (device_drift U alpha gain w g' - device_drift U alpha gain w' g') <= theta1 * (Rabs (w - w') * Rabs g').

Lemma linear_drift tau alpha w g : 0 < tau -> 0 < alpha ->
  device_drift (ald tau) alpha 1 w g = Rabs g * (w / tau).
Proof.
  intros T A. unfold device_drift. rewrite closed_form, Rabs_mult, Rabs_Ropp, (Rabs_pos_eq alpha) by lra. field. lra.
Qed.

(** theta1 = 1/tau for the linear device. *)
(* Claim: free.linear *)
Theorem linear_drift_lipschitz tau rho alpha w w' g g' : 0 < tau -> 0 < alpha -> Rabs w <= rho * tau ->
  drift_lipschitz (ald tau) alpha 1 rho (/ tau) w w' g g'.
Proof.
  intros T A Sat. unfold drift_lipschitz. rewrite !linear_drift by assumption.
  assert (I : 0 < / tau) by now apply Rinv_0_lt_compat. split.
  - replace (Rabs g * (w / tau) - Rabs g' * (w / tau)) with (w / tau * (Rabs g - Rabs g')) by (unfold Rdiv; ring).
    rewrite Rabs_mult. apply Rmult_le_compat; try apply Rabs_pos; [|apply Rabs_triang_inv2].
    unfold Rdiv. rewrite Rabs_mult, (Rabs_pos_eq (/ tau)) by lra. apply Rmult_le_reg_r with tau; [exact T|].
    rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. exact Sat.
  - replace (Rabs g' * (w / tau) - Rabs g' * (w' / tau)) with (/ tau * ((w - w') * Rabs g')) by (field; lra).
    rewrite !Rabs_mult, Rabs_Rabsolu, (Rabs_pos_eq (/ tau)) by lra. apply Rle_refl.
Qed.

(** Its share w/tau is all that is asked of a share further down. *)
Theorem linear_share tau rho alpha w w' g : 0 < tau -> 0 < alpha -> Rabs w <= rho * tau ->
  Rabs (w / tau) <= rho /\ Rabs (device_drift (ald tau) alpha 1 w g) <= Rabs (w / tau) * Rabs g /\
  Rabs (w / tau - w' / tau) <= / tau * Rabs (w - w').
Proof.
  intros T A Sat. split; [now apply saturation_ratio|]. split.
  - rewrite linear_drift, Rabs_mult, Rabs_Rabsolu by assumption. lra.
  - replace (w / tau - w' / tau) with (/ tau * (w - w')) by (unfold Rdiv; ring).
    rewrite Rabs_mult, (Rabs_pos_eq (/ tau)) by (left; now apply Rinv_0_lt_compat). apply Rle_refl.
Qed.

(** A drift that is Lipschitz in the weight has such a share: the largest |drift| to |g|, over all directions g. *)
Section least_share.
  Variable dr : R -> R -> R.
  Variables rho theta1 : R.

  Definition ratios (w r : R) : Prop := exists g, g <> 0 /\ r = Rmin rho (Rabs (dr w g) / Rabs g).

  Lemma ratios_bounded w : bound (ratios w).
  Proof. exists rho. intros r (g & _ & ->). apply Rmin_l. Qed.

  Lemma ratios_there w : exists r, ratios w r.
  Proof. exists (Rmin rho (Rabs (dr w 1) / Rabs 1)), 1. split; [lra | reflexivity]. Qed.

  Definition least_share (w : R) : R := proj1_sig (completeness (ratios w) (ratios_bounded w) (ratios_there w)).

  Lemma least_share_is w : is_lub (ratios w) (least_share w).
  Proof. exact (proj2_sig (completeness (ratios w) (ratios_bounded w) (ratios_there w))). Qed.

  Lemma least_share_follows w w' : (forall g, Rabs (dr w g - dr w' g) <= theta1 * (Rabs (w - w') * Rabs g)) ->
    least_share w <= least_share w' + theta1 * Rabs (w - w').
  Proof.
    intros Lip. apply (proj2 (least_share_is w)). intros r (g & Hg & ->).
    pose proof (Rabs_pos_lt g Hg) as Pg.
    assert (Up : Rmin rho (Rabs (dr w' g) / Rabs g) <= least_share w')
      by (apply (proj1 (least_share_is w')); exists g; auto).
    assert (Near : Rabs (dr w g) / Rabs g <= Rabs (dr w' g) / Rabs g + theta1 * Rabs (w - w')).
    { apply Rmult_le_reg_r with (Rabs g); [exact Pg|].
      replace (Rabs (dr w g) / Rabs g * Rabs g) with (Rabs (dr w g)) by (field; lra).
      replace ((Rabs (dr w' g) / Rabs g + theta1 * Rabs (w - w')) * Rabs g)
        with (Rabs (dr w' g) + theta1 * (Rabs (w - w') * Rabs g)) by (field; lra).
      pose proof (Rabs_triang_inv (dr w g) (dr w' g)). pose proof (Lip g). lra. }
    assert (Pos : 0 <= theta1 * Rabs (w - w')).
    { apply Rmult_le_reg_r with (Rabs g); [exact Pg|]. rewrite Rmult_0_l, Rmult_assoc.
      apply Rle_trans with (2 := Lip g), Rabs_pos. }
    apply Rle_trans with (2 := Rplus_le_compat_r _ _ _ Up). unfold Rmin.
    destruct (Rle_dec rho (Rabs (dr w g) / Rabs g)), (Rle_dec rho (Rabs (dr w' g) / Rabs g)); lra.
  Qed.

  Theorem share_of_drift w w' :
    (forall g, Rabs (dr w g) <= rho * Rabs g) ->
    (forall g, Rabs (dr w g - dr w' g) <= theta1 * (Rabs (w - w') * Rabs g)) ->
    0 <= least_share w <= rho /\ (forall g, Rabs (dr w g) <= least_share w * Rabs g) /\
    Rabs (least_share w - least_share w') <= theta1 * Rabs (w - w').
  Proof.
    intros Most Lip.
    assert (Turned : forall g, Rabs (dr w' g - dr w g) <= theta1 * (Rabs (w' - w) * Rabs g))
      by (intros g; rewrite (Rabs_minus_sym (dr w' g)), (Rabs_minus_sym w'); apply Lip).
    assert (Below : forall g, g <> 0 -> Rabs (dr w g) / Rabs g <= rho).
    { intros g Hg. pose proof (Rabs_pos_lt g Hg) as Pg. apply Rmult_le_reg_r with (Rabs g); [exact Pg|].
      replace (Rabs (dr w g) / Rabs g * Rabs g) with (Rabs (dr w g)) by (field; lra). apply Most. }
    assert (At : forall g, g <> 0 -> Rabs (dr w g) / Rabs g <= least_share w).
    { intros g Hg. rewrite <- (Rmin_right rho) at 1 by now apply Below.
      apply (proj1 (least_share_is w)). exists g; auto. }
    split; [split | split].
    - apply Rle_trans with (2 := At 1 R1_neq_R0). rewrite Rabs_R1. unfold Rdiv. rewrite Rinv_1, Rmult_1_r.
      apply Rabs_pos.
    - apply (proj2 (least_share_is w)). intros r (g & _ & ->). apply Rmin_l.
    - intros g. destruct (Req_dec g 0) as [->|Hg].
      + rewrite Rabs_R0, Rmult_0_r. pose proof (Most 0) as Z. rewrite Rabs_R0, Rmult_0_r in Z. exact Z.
      + pose proof (Rabs_pos_lt g Hg) as Pg. pose proof (Rmult_le_compat_r _ _ _ (Rlt_le _ _ Pg) (At g Hg)) as L.
        replace (Rabs (dr w g) / Rabs g * Rabs g) with (Rabs (dr w g)) in L by (field; lra). exact L.
    - pose proof (least_share_follows w w' Lip). pose proof (least_share_follows w' w Turned) as T.
      rewrite (Rabs_minus_sym w') in T. apply Rabs_le. lra.
  Qed.
End least_share.

(** * Vectors of elements *)

Section vectors.
  Variables (M : nat) (size : nat -> nat).
  Let V := weights M size.
  Implicit Types x y z : V.

  Lemma elements_same x z : (forall m c, (m < M)%nat -> (c < size m)%nat -> x m c = z m c) ->
    forall w, inner x w = inner z w.
  Proof. intros E w. apply sum_ext. intros m Hm. apply sum_ext. intros c Hc. simpl. now rewrite E. Qed.

  Lemma elements_at_most x z k : 0 <= k ->
    (forall m c, (m < M)%nat -> (c < size m)%nat -> Rabs (x m c) <= k * Rabs (z m c)) -> norm x <= k * norm z.
  Proof.
    intros Hk L. rewrite <- (Rabs_pos_eq k Hk) at 1. rewrite <- norm_scal. apply sqrt_le_1_alt.
    apply sum_le. intros m Hm. apply sum_le. intros c Hc. pose proof (L m c Hm Hc) as D.
    change (x m c * x m c <= k * z m c * (k * z m c)). apply Rsqr_le_abs_1.
    now rewrite Rabs_mult, (Rabs_pos_eq k).
  Qed.

  Lemma term_below N (f : nat -> R) i : (i < N)%nat -> (forall j, (j < N)%nat -> 0 <= f j) -> f i <= sum N f.
  Proof.
    intros L Pos. assert (0 <= sum i f) by (apply sum_nonneg; intros; apply Pos; lia).
    apply Rle_trans with (sum (S i) f); [simpl; lra|]. now apply sum_shorter.
  Qed.

  Lemma element_below x m c : (m < M)%nat -> (c < size m)%nat -> x m c * x m c <= inner x x.
  Proof.
    intros Hm Hc. apply Rle_trans with (sum (size m) (fun c => x m c * x m c)).
    - apply (term_below (size m) (fun c => x m c * x m c)); [exact Hc | intros; apply Rle_0_sqr].
    - apply (term_below M (fun m => sum (size m) (fun c => x m c * x m c))); [exact Hm|].
      intros. apply sum_nonneg. intros. apply Rle_0_sqr.
  Qed.

  (** The product element by element is at most as long as the product of the lengths. *)
  Lemma elementwise_product x y z k : 0 <= k ->
    (forall m c, (m < M)%nat -> (c < size m)%nat -> Rabs (z m c) <= k * (Rabs (x m c) * Rabs (y m c))) ->
    norm z <= k * (norm x * norm y).
  Proof.
    intros Hk L. apply Rle_trans with (k * norm y * norm x); [|lra].
    assert (Hy : 0 <= k * norm y) by (apply Rmult_le_pos; [exact Hk | apply norm_nonneg]).
    apply elements_at_most; [exact Hy|]. intros m c Hm Hc. apply Rle_trans with (1 := L m c Hm Hc).
    rewrite Rmult_assoc, (Rmult_comm (Rabs (x m c))). apply Rmult_le_compat_l; [exact Hk|].
    apply Rmult_le_compat_r; [apply Rabs_pos|]. rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. now apply element_below.
  Qed.
End vectors.

(** * The theorem *)

Section free.
  (* samples, model, objective *)
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Let V : space := weights M size.
  Variables (f : V -> R) (grad : V -> V) (region : V -> Prop).

  (** G u w i: the direction of sample i with forward weights u and backward weights w; J w i: its derivative in u at
      u = w. *)
  Variable G : V -> V -> nat -> V.
  Variable J : V -> nat -> V -> V.

  (* run and constants *)
  Variable W : history -> V.
  Variable device : nat -> nat -> R -> R -> R.
  Variables alpha gain gamma theta1 L sigma lower Lambda1 ell Gamma H2 HJ : R.
  Variables (d : nat -> nat) (D : nat) (S T : nat -> nat -> R).

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis gamma_nonneg : 0 <= gamma.
  Hypothesis theta1_nonneg : 0 <= theta1.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis Lambda1_nonneg : 0 <= Lambda1.
  Hypothesis ell_nonneg : 0 <= ell.
  Hypothesis H2_nonneg : 0 <= H2.
  Hypothesis HJ_nonneg : 0 <= HJ.

  (** the algorithm *)
  Hypothesis analog_sgd_ap : run_by device alpha (fun h i => G (late d W h) (W h) i) W.

  (** smooth, lower *)
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= f (W h).

  (** unbiased, variance; independent: one law for every step *)
  Hypothesis unbiased : forall h m c, met P K h -> given P h (fun i => G (W h) (W h) i m c) = grad (W h) m c.
  Hypothesis variance : forall h, met P K h ->
    given P h (fun i => norm (minus (G (W h) (W h) i) (grad (W h))) ^ 2) <= sigma ^ 2.
  Hypothesis same_law : independent P.

  (** response: gain and gamma of the devices *)
  Hypothesis response : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    responds (device m c) gain gamma (W h m c) (- alpha * G (late d W h) (W h) i m c).

  (** The weights of D updates ago. *)
  Let frozen (h : history) : V := W (skipn D h).

  (** response-lipschitz *)
  Hypothesis response_lipschitz : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
    (c < size m)%nat -> drift_lipschitz (device m c) alpha gain gamma theta1 (W h m c) (frozen h m c)
      (G (late d W h) (W h) i m c) (G (frozen h) (frozen h) i m c).

  (** lags *)
  Hypothesis lags : forall m, (m < M)%nat -> (d m <= D)%nat.

  (** (A1): forward and backward weights that are read *)
  Definition visited (h : history) (u w : V) : Prop :=
    (u = late d W h /\ w = W h) \/ (u = W h /\ w = W h) \/ (u = frozen h /\ w = frozen h).
  Hypothesis S_nonneg : forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j.
  Hypothesis T_nonneg : forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= T i j.
  Hypothesis joint : forall h i m u w u' w', met P K h -> reachable P (i :: h) -> (m < M)%nat ->
    visited h u w -> visited h u' w' ->
    norm (minus (G u w i) (G u' w' i) m : euclid (size m))
    <= sum M (fun j => S m j * norm (minus u u' j : euclid (size j)) + T m j * norm (minus w w' j : euclid (size j))).
  Hypothesis joint_constant : delay_constant M (fun i j => S i j + T i j) (fun _ => 1) ell.

  (** (A2) *)
  Hypothesis derivative_plus : forall w i x y m c, J w i (plus x y) m c = J w i x m c + J w i y m c.
  Hypothesis derivative_scal : forall w i a x m c, J w i (scal a x) m c = a * J w i x m c.
  Hypothesis derivative_bound : forall h i x m, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
    norm (J (W h) i x m : euclid (size m)) <= sum M (fun j => S m j * norm (x j : euclid (size j))).
  Hypothesis second_order : forall h i, met P K h -> reachable P (i :: h) ->
    norm (minus (minus (G (late d W h) (W h) i) (G (W h) (W h) i)) (J (W h) i (minus (late d W h) (W h))))
    <= H2 / 2 * norm (minus (late d W h) (W h)) ^ 2.
  Hypothesis derivative_lipschitz : forall h i, met P K h -> reachable P (i :: h) ->
    norm (minus (J (W h) i (minus (late d W h) (W h))) (J (frozen h) i (minus (late d W h) (W h))))
    <= HJ * (norm (minus (W h) (frozen h)) * norm (minus (late d W h) (W h))).

  (** (A3), where the direction is not affine *)
  Hypothesis mean_length : 0 < H2 + HJ -> forall h, met P K h ->
    given P h (fun i => norm (G (late d W h) (W h) i)) <= Gamma /\ given P h (fun i => norm (G (W h) (W h) i)) <= Gamma.

  (** norm2 (S Diag d) <= Lambda1 *)
  Hypothesis coherent_delay : delay_constant M S (fun m => INR (d m)) Lambda1.

  Let eff := alpha * gain.
  Let A := average_squared_gradient P M size K grad W.
  Let p := (f (W []) - lower) / (eff * INR K).
  Let x := eff * L.
  Let q := (1 + gamma) * eff * Lambda1.

  Let eff_pos : 0 < eff.
  Proof. now apply Rmult_lt_0_compat. Qed.

  (** * The sequences *)

  Let grd (h : history) : V := grad (W h).
  Let fresh (h : history) (i : nat) : V := G (W h) (W h) i.
  Let stale (h : history) (i : nat) : V := G (late d W h) (W h) i.
  Let ice (h : history) (i : nat) : V := G (frozen h) (frozen h) i.
  Let F_ : process P K V := F P M size K grd.
  Let n_ : process P K V := n P M size K grd fresh.
  Let b_ : process P K V := b P M size K fresh stale.
  Let e_ : process P K V := e P M size K W stale eff.
  Let v_ : process P K V := v P M size K W grd fresh stale eff.
  Let drift (m c : nat) : R -> R -> R := device_drift (device m c) alpha gain.

  Lemma drift_is h i m c : e_ (i :: h) m c = drift m c (W h m c) (stale h i m c).
  Proof.
    change ((W h m c - W (i :: h) m c) / eff - stale h i m c = drift m c (W h m c) (stale h i m c)).
    unfold drift, device_drift. rewrite analog_sgd_ap. fold (stale h i m c). fold eff. unfold Rdiv. ring.
  Qed.

  Lemma drift_below h i m c : met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    Rabs (e_ (i :: h) m c) <= gamma * Rabs (stale h i m c).
  Proof.
    intros. rewrite drift_is. apply drift_of_response; auto. now apply response.
  Qed.

  (** p1 and p2: what the drift and the fresh direction leave the frozen ones by. *)
  Let through_drift : process P K V :=
    at_sample P M size K (fun h i m c => drift m c (W h m c) (stale h i m c) - drift m c (W h m c) (ice h i m c)).
  Let through_fresh : process P K V := at_sample P M size K (fun h i => minus (fresh h i) (ice h i)).
  Let through_stale : process P K V := at_sample P M size K (fun h i => minus (stale h i) (ice h i)).
  Let p1 : process P K V := plus through_drift (scal (gamma ^ 2) through_fresh).
  Let p2 : process P K V :=
    at_sample P M size K (fun h i m c => drift m c (W h m c) (ice h i m c) - drift m c (frozen h m c) (ice h i m c)).
  Let at_ice (k : nat) (l : history) (i : nat) : V := G (W l) (W l) i.
  Let u_at_ice (k : nat) (l : history) (i : nat) : V :=
    fun m c => drift m c (W l m c) (at_ice k l i m c) + gamma ^ 2 * at_ice k l i m c.
  Let u0 : process P K V := frozen_at V D u_at_ice.

  Lemma same_sequence (X Z : process P K V) : (forall h i m c, X (i :: h) m c = Z (i :: h) m c) ->
    forall w, inner X w = inner Z w.
  Proof.
    intros E w. apply (average_taken P K). intros h H. destruct (taken_cons P K K_pos h H) as (i & h' & -> & _).
    apply elements_same. auto.
  Qed.

  Lemma leaves_frozen w : inner (plus e_ (scal (gamma ^ 2) (plus F_ n_))) w = inner u0 w + inner p1 w + inner p2 w.
  Proof.
    rewrite <- !inner_plus. apply same_sequence. intros h i m c.
    change (e_ (i :: h) m c + gamma ^ 2 * (grd h m c + (fresh h i m c - grd h m c))
      = drift m c (frozen h m c) (ice h i m c) + gamma ^ 2 * ice h i m c
        + (drift m c (W h m c) (stale h i m c) - drift m c (W h m c) (ice h i m c)
           + gamma ^ 2 * (fresh h i m c + -1 * ice h i m c))
        + (drift m c (W h m c) (ice h i m c) - drift m c (frozen h m c) (ice h i m c))).
    rewrite drift_is. ring.
  Qed.

  (** * What the window's displacement is made of *)

  Let delta (h : history) : V := minus (late d W h) (W h).
  Let summed (X : process P K V) (l : history) : V := fun m c => eff * sum (d m) (fun j => X (skipn j l) m c).
  Let bv : process P K V := at_sample P M size K (fun h i => J (frozen h) i (summed v_ h)).
  Let bn : process P K V := at_sample P M size K (fun h i => J (frozen h) i (summed n_ h)).
  Let rem : process P K V :=
    at_sample P M size K (fun h i m c => stale h i m c - fresh h i m c - J (frozen h) i (delta h) m c).

  Lemma delta_is l : delta l = plus (summed v_ l) (summed n_ l).
  Proof.
    apply weights_eq. intros m c.
    pose proof (moved_is_window P M size K W grd fresh stale eff K_pos eff_pos d (0%nat :: l) m c) as E.
    change (W l m c - W (skipn (d m) l) m c
      = sum (d m) (fun j => - eff * (v_ (skipn j l) m c + n_ (skipn j l) m c))) in E.
    change (W (skipn (d m) l) m c + -1 * W l m c
      = eff * sum (d m) (fun j => v_ (skipn j l) m c) + eff * sum (d m) (fun j => n_ (skipn j l) m c)).
    rewrite sum_scal, sum_plus in E. lra.
  Qed.

  Lemma parts w : inner b_ w = inner bv w + inner bn w + inner rem w.
  Proof.
    rewrite <- !inner_plus. apply same_sequence. intros h i m c.
    change (stale h i m c - fresh h i m c = J (frozen h) i (summed v_ h) m c + J (frozen h) i (summed n_ h) m c
      + (stale h i m c - fresh h i m c - J (frozen h) i (delta h) m c)).
    rewrite delta_is, derivative_plus. ring.
  Qed.

  (** * Orthogonality *)

  Lemma stages_of (y : V) : norm ((fun m => norm (y m : euclid (size m))) : euclid M) = norm y.
  Proof. exact (lift_norm_norm (sum_functional M) (fun m => euclid (size m)) y). Qed.

  Lemma drawn_next h i : drawn P K h i -> met P K h /\ reachable P (i :: h).
  Proof.
    intros (R & Len & Hi & Ch & _). rewrite <- (same_law h [] i) in Ch. split; [now split | simpl; auto].
  Qed.

  Lemma derivative_below h i y : drawn P K h i ->
    norm (J (W h) i y) <= norm (matrix M S (fun j => norm (y j : euclid (size j)))).
  Proof.
    intros [Met Next]%drawn_next. rewrite <- stages_of. apply lift_norm_le. intros m Hm. simpl (inner _ _).
    pose proof (derivative_bound h i y m Met Next Hm). pose proof (norm_nonneg (J (W h) i y m : euclid (size m))).
    apply Rmult_le_compat; assumption.
  Qed.

  Lemma derivative_linear h i : drawn P K h i -> linear_map (J (W h) i).
  Proof.
    intros Dr. split; [|split].
    - intros y z t. rewrite <- inner_plus. apply elements_same. intros m c _ _. apply derivative_plus.
    - intros a y t. rewrite <- inner_scal. apply elements_same. intros m c _ _. apply derivative_scal.
    - exists (norm (matrix M S (fun _ => 1))). intros y. apply Rle_trans with (1 := derivative_below h i y Dr).
      rewrite Rmult_comm, <- matrix_scal by apply norm_nonneg. apply matrix_mono; [exact S_nonneg|].
      intros j Hj. split; [apply norm_nonneg|]. rewrite Rmult_1_r, <- (stages_of y).
      apply sqrt_le_1_alt. rewrite <- norm_sq.
      replace (norm (y j : euclid (size j)) ^ 2) with (norm (y j : euclid (size j)) * norm (y j : euclid (size j)))
        by ring.
      apply (term_below M (fun j => norm (y j : euclid (size j)) * norm (y j : euclid (size j)))); [exact Hj|].
      intros. apply Rle_0_sqr.
  Qed.

  Let part (j : nat) (y : V) : V := fun m c => if (j <? d m)%nat then eff * y m c else 0.

  Lemma part_linear j : linear_map (part j).
  Proof.
    split; [|split].
    - intros y z t. rewrite <- inner_plus. apply elements_same. intros m c _ _. unfold part. simpl.
      destruct (j <? d m)%nat; ring.
    - intros a y t. rewrite <- inner_scal. apply elements_same. intros m c _ _. unfold part. simpl.
      destruct (j <? d m)%nat; ring.
    - exists eff. intros y. apply elements_at_most; [lra|]. intros m c _ _. unfold part.
      destruct (j <? d m)%nat; [rewrite Rabs_mult, (Rabs_pos_eq eff) by lra; apply Rle_refl|].
      rewrite Rabs_R0. apply Rmult_le_pos; [lra | apply Rabs_pos].
  Qed.

  Lemma vsum_element N (y : nat -> V) m c : vsum N y m c = sum N (fun j => y j m c).
  Proof. induction N as [|N IH]; [reflexivity|]. simpl. now rewrite <- IH. Qed.

  Lemma within_window N k (g : nat -> R) : (k <= N)%nat ->
    sum N (fun j => if (j <? k)%nat then g j else 0) = sum k g.
  Proof.
    intros Le. induction Le as [|N Le IH].
    - apply sum_ext. intros j Hj. apply Nat.ltb_lt in Hj. now rewrite Hj.
    - simpl. rewrite IH. assert (E : (N <? k)%nat = false) by (apply Nat.ltb_ge; exact Le). rewrite E. ring.
  Qed.

  Let noise_unbiased := unbiased' P M size K grad (fun w => G w w) W unbiased.
  Let noise_variance := variance' P M size K grad (fun w => G w w) W sigma variance.

  Lemma noise_differences : differences P K V n_.
  Proof. exact (noise P M size K grd fresh noise_unbiased). Qed.

  Theorem orthogonal_to_noise (u : nat -> history -> nat -> V) : inner (frozen_at V D u : process P K V) bn = 0.
  Proof.
    apply (frozen_derivative P K same_law n_ u (fun _ l i => J (W l) i) part bn D).
    - intros. now apply derivative_linear.
    - exact part_linear.
    - exact noise_differences.
    - apply norm_zero.
    - intros i l w H. change (inner (J (frozen l) i (summed n_ l)) w
        = inner (J (frozen l) i (vsum D (fun j => part j (n_ (skipn j l))))) w).
      apply (linear_same (J (frozen l) i)); [now apply derivative_linear, drawn_earlier|]. apply norm_null.
      set (z := plus (summed n_ l) (scal (-1) (vsum D (fun j => part j (n_ (skipn j l)))))).
      transitivity (inner (zero : V) z); [|apply inner_zero]. apply elements_same. intros m c Hm _. unfold z.
      change (summed n_ l m c + -1 * (vsum D (fun j => part j (n_ (skipn j l))) : V) m c = 0).
      rewrite vsum_element. unfold part, summed. rewrite within_window by (now apply lags). rewrite sum_scal. ring.
  Qed.

  Lemma frozen_orthogonal_to_noise : inner u0 bn = 0.
  Proof. apply orthogonal_to_noise. Qed.

  (** * Lengths *)

  Let stage_v j := stage P M size K v_ j.
  Let stage_n j := stage P M size K n_ j.
  Let Y := norm v_.
  Let far := eff * omega (INR D) Y sigma.

  Let v_start j (Hj : (j < M)%nat) := stage_at_start P M size K W grd fresh stale eff j.
  Let n_start j (Hj : (j < M)%nat) := noise_at_start P M size K grd fresh j.
  Let n_martingale j (Hj : (j < M)%nat) := stage_noise P M size K grd fresh noise_unbiased j.

  Lemma noise_short : norm n_ <= sigma.
  Proof. exact (noise_bound P M size K grd fresh K_pos sigma sigma_nonneg noise_variance). Qed.

  Lemma stages_short : norm ((fun j => norm (stage_n j)) : euclid M) <= sigma.
  Proof. apply Rle_trans with (2 := noise_short), Req_le. exact (norm_stage_norms P M size K n_). Qed.

  Lemma stage_summed (X : process P K V) m :
    norm ((fun h => norm (summed X (tl h) m : euclid (size m))) : process P K real_space)
      = eff * norm (window P K (d m) (stage P M size K X m)).
  Proof.
    rewrite (lengths P K ((fun h => summed X (tl h) m) : process P K (euclid (size m)))).
    rewrite <- (Rabs_pos_eq eff) at 1 by lra. rewrite <- norm_scal. apply lift_norm_ext. intros h H.
    destruct (taken_cons P K K_pos h H) as (i & l & -> & _). apply apply_ext. intros c _.
    set (w := window P K (d m) (stage P M size K X m)).
    enough (E : summed X l m c = eff * w (i :: l) c)
      by (change (summed X l m c * summed X l m c = eff * w (i :: l) c * (eff * w (i :: l) c)); now rewrite E).
    unfold w, window. rewrite (vsum_at P M size K (d m) (fun j => shift P K (Datatypes.S j) X)). reflexivity.
  Qed.

  Lemma whole_by_stages : norm (stage_norms P M size K v_) = Y.
  Proof. apply norm_stage_norms. Qed.

  Lemma coherent_short : norm bv <= eff * (Lambda1 * Y).
  Proof.
    apply Rle_trans with (eff * norm (matrix M S (fun j => INR (d j) * stage_norms P M size K v_ j))).
    - apply (under_matrix P K M size bv (fun j h => norm (summed v_ (tl h) j : euclid (size j)))); [exact S_nonneg | lra
        | |].
      + intros m h Hm H. destruct (taken_cons P K K_pos h H) as (i & l & -> & _).
        destruct (drawn_next _ _ (drawn_earlier P K same_law D l i H)). now apply derivative_bound.
      + intros j Hj. rewrite stage_summed. apply Rmult_le_compat_l; [lra|].
        apply window_coherent, (v_start j Hj).
    - apply Rmult_le_compat_l; [lra|]. rewrite <- whole_by_stages. apply coherent_delay.
  Qed.

  Let felt := sensitivity_of M S (fun m => sqrt (INR (d m)) * stage_norms P M size K n_ m).

  Lemma martingale_short nu : norm felt <= nu -> norm bn <= eff * nu.
  Proof.
    intros Felt.
    apply Rle_trans with (eff * norm (matrix M S (fun j => sqrt (INR (d j)) * stage_norms P M size K n_ j))).
    - apply (under_matrix P K M size bn (fun j h => norm (summed n_ (tl h) j : euclid (size j)))); [exact S_nonneg | lra
        | |].
      + intros m h Hm H. destruct (taken_cons P K K_pos h H) as (i & l & -> & _).
        destruct (drawn_next _ _ (drawn_earlier P K same_law D l i H)). now apply derivative_bound.
      + intros j Hj. rewrite stage_summed. apply Rmult_le_compat_l; [lra|].
        apply window_martingale; [apply (n_martingale j Hj) | apply (n_start j Hj)].
    - apply Rmult_le_compat_l; [lra | exact Felt].
  Qed.

  Lemma minus_null {H : space} (y : H) : norm (minus y y) = 0.
  Proof. apply norm_null. unfold minus. rewrite inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r. ring. Qed.

  Lemma minus_turned {H : space} (y z : H) : norm (minus y z) = norm (minus z y).
  Proof.
    unfold norm. f_equal. unfold minus. rewrite !inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r, (inner_sym z).
    ring.
  Qed.

  Lemma sensitive h i m : met P K h -> reachable P (i :: h) -> (m < M)%nat ->
    norm (minus (G (late d W h) (W h) i) (G (W h) (W h) i) m : euclid (size m))
    <= sum M (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j))).
  Proof.
    intros Met Next Hm.
    apply Rle_trans with (1 := joint h i m _ _ _ _ Met Next Hm (or_introl (conj eq_refl eq_refl))
      (or_intror (or_introl (conj eq_refl eq_refl)))), Req_le. apply sum_ext. intros j _.
    change (minus (W h) (W h) j) with (minus (W h j : euclid (size j)) (W h j)).
    change (minus (late d W h) (W h) j) with (minus (late d W h j : euclid (size j)) (W h j)).
    change (minus (W h) (late d W h) j) with (minus (W h j : euclid (size j)) (late d W h j)).
    rewrite minus_null, minus_turned. ring.
  Qed.

  Lemma stale_short nu : norm felt <= nu -> norm b_ <= eff * (Lambda1 * Y + nu).
  Proof.
    apply (training_staleness P M size K grad (fun w => G w w) stale W eff Lambda1 nu d S K_pos eff_pos unbiased
      S_nonneg sensitive coherent_delay).
  Qed.

  (** How far the weights have left those of at most D updates ago. *)
  Lemma moved_short d' : (forall j, (j < M)%nat -> (d' j <= D)%nat) -> norm (moved P M size K W d') <= far.
  Proof.
    intros Early. rewrite <- (norm_stage_norms P M size K).
    apply Rle_trans with (norm (scal eff ((fun j => norm (plus (window P K (d' j) (stage_v j)) (window P K (d' j)
      (stage_n j)))) : euclid M))).
    - apply lift_norm_le. intros j Hj. simpl (inner _ _). unfold stage_norms.
      rewrite (stage_moved P M size K W grd fresh stale eff K_pos eff_pos d' j). apply Rle_refl.
    - rewrite norm_scal, Rabs_pos_eq by lra. apply Rmult_le_compat_l; [lra|].
      unfold far. rewrite <- whole_by_stages.
      apply (windows_at_most P K M (fun j => euclid (size j)) stage_v stage_n v_start n_start n_martingale sigma
        stages_short d' D Early).
  Qed.

  Let gone : process P K V := moved P M size K W (fun _ => D).
  Let far_stage (j : nat) : R := reach P K (fun j => euclid (size j)) stage_v stage_n D j.

  Lemma gone_stage j : (j < M)%nat ->
    norm ((fun h => norm (minus (W (tl h)) (frozen (tl h)) j : euclid (size j))) : process P K real_space)
      <= eff * far_stage j.
  Proof.
    intros Hj. rewrite (lengths P K ((fun h => minus (W (tl h)) (frozen (tl h)) j) : process P K (euclid (size j)))).
    replace (norm ((fun h => minus (W (tl h)) (frozen (tl h)) j) : process P K (euclid (size j))))
      with (norm (stage P M size K gone j)).
    - unfold gone. rewrite (stage_moved P M size K W grd fresh stale eff K_pos eff_pos (fun _ => D) j).
      apply Rmult_le_compat_l; [lra|]. now apply (window_at_most P K M (fun j => euclid (size j)) stage_v stage_n
        v_start n_start n_martingale).
    - apply lift_norm_ext. intros h H. destruct (taken_cons P K K_pos h H) as (i & l & -> & _).
      apply apply_ext. intros c _. unfold stage, gone, moved, at_sample, frozen, minus. simpl. ring.
  Qed.

  Lemma late_stage j : (j < M)%nat ->
    norm ((fun h => norm (minus (late d W (tl h)) (frozen (tl h)) j : euclid (size j))) : process P K real_space)
      <= eff * far_stage j.
  Proof.
    intros Hj. pose proof (lags j Hj) as Early.
    rewrite (lengths P K ((fun h => minus (late d W (tl h)) (frozen (tl h)) j) : process P K (euclid (size j)))).
    set (X := stage P M size K (moved P M size K W (fun _ => (D - d j)%nat)) j).
    replace (norm ((fun h => minus (late d W (tl h)) (frozen (tl h)) j) : process P K (euclid (size j))))
      with (norm (shift P K (d j) X)).
    - apply Rle_trans with (norm X).
      + apply norm_shift. unfold X, stage, moved, at_sample. simpl. apply sum_zero. intros. ring.
      + unfold X. rewrite (stage_moved P M size K W grd fresh stale eff K_pos eff_pos _ j).
        apply Rmult_le_compat_l; [lra|]. apply (window_at_most P K M (fun j => euclid (size j)) stage_v stage_n
          v_start n_start n_martingale); [exact Hj | lia].
    - apply lift_norm_ext. intros h H. destruct (taken_cons P K K_pos h H) as (i & l & -> & _).
      apply apply_ext. intros c _.
      enough (E : shift P K (d j) X (i :: l) c = minus (late d W l) (frozen l) j c)
        by (change (shift P K (d j) X (i :: l) c * shift P K (d j) X (i :: l) c
              = minus (late d W l) (frozen l) j c * minus (late d W l) (frozen l) j c); now rewrite E).
      change (minus (late d W l) (frozen l) j c) with (W (skipn (d j) l) j c + -1 * W (skipn D l) j c).
      replace (skipn D l) with (skipn (D - d j) (skipn (d j) l)) by (rewrite skipn_skipn; f_equal; lia).
      unfold shift, X, stage. assert (Tl : tl (skipn (d j) (i :: l)) = skipn (d j) l).
      { change (tl (skipn (d j) (i :: l))) with (skipn 1 (skipn (d j) (i :: l))). rewrite skipn_skipn.
        replace (d j + 1)%nat with (Datatypes.S (d j)) by lia. reflexivity. }
      rewrite <- Tl. destruct (skipn (d j) (i :: l)) as [|y l']; simpl; [rewrite skipn_nil|]; ring.
  Qed.

  (** A direction read with the forward weights [late] or W leaves that read at the frozen point. *)
  Lemma leaves_ice (read : history -> V) (X : process P K V) :
    (forall h, visited h (read h) (W h)) ->
    (forall j, (j < M)%nat -> norm ((fun h => norm (minus (read (tl h)) (frozen (tl h)) j : euclid (size j)))
      : process P K real_space) <= eff * far_stage j) ->
    (forall h i m, X (i :: h) m = minus (G (read h) (W h) i) (ice h i) m) ->
    norm X <= ell * far.
  Proof.
    intros Seen Moved Is. replace (norm X) with (norm (stage_norms P M size K X)) by apply norm_stage_norms.
    set (fr j := (fun h => norm (minus (read (tl h)) (frozen (tl h)) j : euclid (size j))) : process P K real_space).
    set (wr j := (fun h => norm (minus (W (tl h)) (frozen (tl h)) j : euclid (size j))) : process P K real_space).
    apply Rle_trans with (ell * (eff * norm (far_stage : euclid M))).
    - apply (joint_at_most M S T ell eff _ (fun j => norm (fr j)) (fun j => norm (wr j))); auto; [lra| |].
      + intros m Hm. split; [apply norm_nonneg|]. unfold stage_norms.
        apply Rle_trans with (norm (plus (row_of P K M (S m) fr) (row_of P K M (T m) wr))).
        * apply (stage_under P K M size X). intros h H.
          destruct (taken_cons P K K_pos h H) as (i & l & -> & Met & Next).
          change ((plus (row_of P K M (S m) fr) (row_of P K M (T m) wr)) (i :: l))
            with (row_of P K M (S m) fr (i :: l) + row_of P K M (T m) wr (i :: l)).
          rewrite !row_here, <- sum_plus, Is. unfold ice.
          apply (joint l i m (read l) (W l) (frozen l) (frozen l) Met Next Hm (Seen l)).
          right. right. now split.
        * apply Rle_trans with (1 := minkowski _ _). rewrite sum_plus. apply Rplus_le_compat; apply row_at_most; auto.
      + intros j Hj. now apply gone_stage.
    - apply Rmult_le_compat_l; [exact ell_nonneg|]. apply Rmult_le_compat_l; [lra|].
      rewrite <- whole_by_stages.
      apply (reach_at_most P K M (fun j => euclid (size j)) stage_v stage_n sigma stages_short D).
  Qed.

  Lemma stale_leaves : norm through_stale <= ell * far.
  Proof.
    apply (leaves_ice (late d W)); [left; now split | exact late_stage | reflexivity].
  Qed.

  Lemma fresh_leaves : norm through_fresh <= ell * far.
  Proof.
    apply (leaves_ice W); [right; left; now split | exact gone_stage | reflexivity].
  Qed.

  (** * The two parts of what leaves the frozen point *)

  Lemma sequence_at_most (X Z : process P K V) k : 0 <= k ->
    (forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
      Rabs (X (i :: h) m c) <= k * Rabs (Z (i :: h) m c)) -> norm X <= k * norm Z.
  Proof.
    intros Hk Below. rewrite <- (Rabs_pos_eq k Hk) at 1. rewrite <- norm_scal. apply Sequences.process_norm_le.
    intros h H. destruct (taken_cons P K K_pos h H) as (i & l & -> & Met & Next).
    change (norm (X (i :: l)) <= norm (scal k (Z (i :: l)))). rewrite norm_scal, Rabs_pos_eq by exact Hk.
    apply elements_at_most; [exact Hk|]. intros. now apply Below.
  Qed.

  Lemma through_drift_short : norm through_drift <= gamma * (ell * far).
  Proof.
    apply Rle_trans with (2 := Rmult_le_compat_l _ _ _ gamma_nonneg stale_leaves).
    apply sequence_at_most; [exact gamma_nonneg|]. intros h i m c Met Next Hm Hc.
    replace (through_stale (i :: h) m c) with (stale h i m c - ice h i m c)
      by (unfold through_stale, at_sample, minus; simpl; ring).
    exact (proj1 (response_lipschitz h i m c Met Next Hm Hc)).
  Qed.

  Lemma first_short : norm p1 <= gamma * (1 + gamma) * (ell * far).
  Proof.
    unfold p1. apply Rle_trans with (1 := minkowski _ _). rewrite norm_scal, Rabs_pos_eq by apply pow2_ge_0.
    pose proof through_drift_short. pose proof (Rmult_le_compat_l _ _ _ (pow2_ge_0 gamma) fresh_leaves). lra.
  Qed.

  Lemma second_below h : taken P K h -> norm (p2 h) <= theta1 * (norm (gone h) * norm (frozen_at V D at_ice h)).
  Proof.
    intros H. destruct (taken_cons P K K_pos h H) as (i & l & -> & Met & Next).
    apply elementwise_product; [exact theta1_nonneg|]. intros m c Hm Hc.
    replace (gone (i :: l) m c) with (W l m c - frozen l m c) by reflexivity.
    exact (proj2 (response_lipschitz l i m c Met Next Hm Hc)).
  Qed.

  Let weight (h : history) : R := frozen_energy P at_ice (length h) (skipn (Datatypes.S D) h).
  Let phi0 := INR (Nat.min D K) / INR K * norm (grad (W [])) ^ 2.

  Lemma A_is : A = norm F_ ^ 2.
  Proof. exact (A_is_norm P M size K grd K_pos). Qed.

  Lemma energy_of_sample l : met P K l ->
    given P l (fun i => norm (G (W l) (W l) i) ^ 2) <= norm (grad (W l)) ^ 2 + sigma ^ 2.
  Proof.
    intros Met. pose proof (noise_differences l (grad (W l)) (proj1 Met) (proj2 Met)) as O.
    pose proof (variance l Met) as Var. unfold conditional in O.
    rewrite (apply_ext (given P l) _ (fun i => norm (grad (W l)) ^ 2 + (2 * inner (n_ (i :: l)) (grad (W l))
      + norm (minus (G (W l) (W l) i) (grad (W l))) ^ 2))).
    - rewrite (apply_plus (given P l) (fun _ => norm (grad (W l)) ^ 2)), given_const.
      rewrite (apply_plus (given P l)), (apply_scal (given P l)), O. lra.
    - intros i _. rewrite !norm_sq. replace (inner (n_ (i :: l)) (grad (W l)))
        with (inner (minus (G (W l) (W l) i) (grad (W l))) (grad (W l))).
      + unfold minus. rewrite !inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r.
        rewrite (inner_sym (grad (W l)) (G _ _ _)). ring.
      + apply elements_same. intros m c _ _. change (G (W l) (W l) i m c + -1 * grad (W l) m c
          = G (W l) (W l) i m c - grad (W l) m c). ring.
  Qed.

  Lemma energy_read : average P K weight <= A + sigma ^ 2 + phi0.
  Proof.
    apply Rle_trans with (1 := frozen_energy_average P K D at_ice (fun l => grad (W l)) sigma K_pos
      (fun k l R Len => Rle_trans _ _ _ (Req_le _ _ (eq_sym (given_independent P l _ same_law)))
        (energy_of_sample l (conj R Len)))).
    rewrite A_is. replace (norm F_ ^ 2) with (average P K (fun h => norm (grad (W (tl h))) ^ 2)); [apply Rle_refl|].
    rewrite (norm_sq F_). apply (average_taken P K). intros h H.
    destruct (taken_cons P K K_pos h H) as (i & l & -> & _). apply norm_sq.
  Qed.

  Let R_0 := frozen_radius sigma phi0 A.

  Lemma root_of_energy : sqrt (average P K weight) <= R_0.
  Proof. apply sqrt_le_1_alt. pose proof energy_read. lra. Qed.

  (** The lengths of the last noise, stage by stage. *)
  Lemma summed_is_last l i j : norm (summed n_ l j : euclid (size j))
    = eff * norm (last_terms P K (euclid (size j)) (d j) (stage_n j) (i :: l)).
  Proof.
    rewrite last_terms_before. rewrite <- (Rabs_pos_eq eff) at 1 by lra. rewrite <- norm_scal.
    apply lift_norm_ext. intros c _.
    enough (E : summed n_ l j c = scal eff (before_now (d j) (stage_n j) l) c) by now rewrite E.
    change (eff * sum (d j) (fun k => n_ (skipn k l) j c) = eff * before_now (d j) (stage_n j) l c). f_equal.
    unfold before_now. clear. induction (d j) as [|N IH]; [reflexivity|]. simpl. rewrite IH. f_equal.
    destruct (skipn N l); reflexivity.
  Qed.

  Lemma noise_below h : taken P K h -> norm (bn h)
    <= norm (matrix M S (fun j => eff * norm (last_terms P K (euclid (size j)) (d j) (stage_n j) h))).
  Proof.
    intros H. destruct (taken_cons P K K_pos h H) as (i & l & -> & _).
    apply Rle_trans with (1 := derivative_below (skipn D l) i (summed n_ l) (drawn_earlier P K same_law D l i H)).
    apply matrix_mono; [exact S_nonneg|]. intros j _. split; [apply norm_nonneg|].
    rewrite (summed_is_last l i j). apply Rle_refl.
  Qed.

  (** * What is not linear *)

  Let unbent (h : history) : R :=
    H2 / 2 * norm (delta h) ^ 2 + HJ * (norm (minus (W h) (frozen h)) * norm (delta h)).

  Lemma rem_below h i : met P K h -> reachable P (i :: h) -> norm (rem (i :: h)) <= unbent h.
  Proof.
    intros Met Next.
    replace (rem (i :: h)) with (plus (minus (minus (stale h i) (fresh h i)) (J (W h) i (delta h)))
      (minus (J (W h) i (delta h)) (J (frozen h) i (delta h)))).
    - apply Rle_trans with (1 := minkowski _ _). apply Rplus_le_compat.
      + exact (second_order h i Met Next).
      + exact (derivative_lipschitz h i Met Next).
    - apply weights_eq. intros m c. change (stale h i m c + -1 * fresh h i m c + -1 * J (W h) i (delta h) m c
        + (J (W h) i (delta h) m c + -1 * J (frozen h) i (delta h) m c)
        = stale h i m c - fresh h i m c - J (frozen h) i (delta h) m c). ring.
  Qed.

  Lemma unbent_nonneg h : 0 <= unbent h.
  Proof.
    unfold unbent. apply Rplus_le_le_0_compat; apply Rmult_le_pos; try lra; [apply pow2_ge_0|].
    apply Rmult_le_pos; apply norm_nonneg.
  Qed.

  (** How far the forward weights are behind, before the sample. *)
  Let behind : process P K V := moved P M size K W d.

  Lemma unbent_below h : taken P K h -> unbent (tl h) <= H2 / 2 * inner (behind h) (behind h)
    + HJ / 2 * (inner (gone h) (gone h) + inner (behind h) (behind h)).
  Proof.
    intros H. destruct (taken_cons P K K_pos h H) as (i & l & -> & _). unfold unbent. simpl (tl _).
    replace (norm (delta l)) with (norm (behind (i :: l))).
    - replace (norm (minus (W l) (frozen l))) with (norm (gone (i :: l))).
      + rewrite <- !norm_sq. set (a := norm (behind (i :: l))). set (c := norm (gone (i :: l))).
        assert (HJ * (c * a) <= HJ * ((c ^ 2 + a ^ 2) / 2))
          by (apply Rmult_le_compat_l; [exact HJ_nonneg | pose proof (pow2_ge_0 (c - a)); lra]). lra.
      + apply (f_equal (@norm V)), weights_eq. intros m c. unfold gone, moved, at_sample, frozen, minus. simpl. ring.
    - unfold delta. rewrite minus_turned. apply (f_equal (@norm V)), weights_eq. intros m c.
      unfold behind, moved, at_sample, late, minus. simpl. ring.
  Qed.

  Lemma drift_pointwise h : taken P K h -> norm (e_ h) <= gamma * norm (plus (plus (F_ h) (n_ h)) (b_ h)).
  Proof.
    exact (norm_pointwise P M size K W grd fresh stale eff K_pos gamma gamma_nonneg drift_below h).
  Qed.

  (** [fresh_part] is what is made of the fresh direction beside the drift: gamma^2 times it, or less. *)
  Lemma remainder_short (fresh_part : process P K V) :
    (forall h, taken P K h -> norm (fresh_part h) <= gamma ^ 2 * norm (plus (F_ h) (n_ h))) ->
    inner (plus e_ fresh_part) rem <= gamma * (1 + gamma) * Gamma * ((H2 / 2 + HJ) * far ^ 2).
  Proof.
    intros Part. set (u_ := plus e_ fresh_part).
    destruct (Rle_lt_or_eq_dec 0 (H2 + HJ) ltac:(lra)) as [Bent|Affine].
    - assert (HG : 0 <= Gamma).
      { destruct (mean_length Bent [] (conj I K_pos)) as [_ Le]. apply Rle_trans with (2 := Le).
        apply apply_nonneg. intros. apply norm_nonneg. }
      apply (remainder_at_most P K u_ rem behind gone (fun h => norm (plus (plus F_ n_) b_ h))
        (fun h => norm (plus F_ n_ h)) (fun h => unbent (tl h))); auto.
      + intros h H. pose proof (drift_pointwise h H) as Dr.
        apply Rle_trans with (1 := minkowski (e_ h) (fresh_part h)). apply Rplus_le_compat; [exact Dr | now apply Part].
      + intros h H. destruct (taken_cons P K K_pos h H) as (i & l & -> & Met & Next). now apply rem_below.
      + exact unbent_below.
      + apply (mean_length_weighed P K (plus (plus F_ n_) b_) unbent Gamma unbent_nonneg).
        intros h R Len. apply Rle_trans with (2 := proj1 (mean_length Bent h (conj R Len))), Req_le.
        apply apply_ext. intros i _. apply (f_equal (@norm V)), weights_eq. intros m c.
        change (grd h m c + (fresh h i m c - grd h m c) + (stale h i m c - fresh h i m c) = stale h i m c). ring.
      + apply (mean_length_weighed P K (plus F_ n_) unbent Gamma unbent_nonneg).
        intros h R Len. apply Rle_trans with (2 := proj2 (mean_length Bent h (conj R Len))), Req_le.
        apply apply_ext. intros i _. apply (f_equal (@norm V)), weights_eq. intros m c.
        change (grd h m c + (fresh h i m c - grd h m c) = fresh h i m c). ring.
      + apply Sequences.square_at_most. now apply moved_short.
      + apply Sequences.square_at_most. now apply moved_short.
    - assert (Z2 : H2 = 0) by lra. assert (ZJ : HJ = 0) by lra.
      assert (norm rem <= 0).
      { rewrite <- (@norm_zero (process P K V)). apply Sequences.process_norm_le. intros h H.
        destruct (taken_cons P K K_pos h H) as (i & l & -> & Met & Next).
        apply Rle_trans with (1 := rem_below l i Met Next). unfold unbent. rewrite Z2, ZJ.
        replace (0 / 2 * _ + _) with 0 by (unfold Rdiv; ring). apply norm_nonneg. }
      pose proof (inner_le_product u_ rem _ _ (Rle_refl _) H) as I0. rewrite Z2, ZJ.
      replace (gamma * (1 + gamma) * Gamma * ((0 / 2 + 0) * far ^ 2)) with 0 by (unfold Rdiv; ring). lra.
  Qed.

  (** * Theorem 4 *)

  (** (ii) and |a| <= Y. *)
  Lemma point_if_near saturated q' c0 c1 c2 :
    norm F_ ^ 2 + Y ^ 2 - 2 * inner F_ v_ <= (saturated + q' * Y) ^ 2 + c0 + c1 * Y + c2 * Y ^ 2 ->
    feasible_free p x sigma saturated q' c0 c1 c2 (norm F_ ^ 2) Y (inner (scal (/ norm F_) F_) v_).
  Proof.
    assert (O : inner F_ n_ = 0) by exact (gradient_orthogonal_to_noise P M size K grd fresh K_pos noise_unbiased).
    apply (feasible_of_near F_ (plus b_ e_) n_ (scal (/ norm F_) F_)); auto using direction_of_F, noise_short.
    - apply Rmult_le_pos; [lra | exact L_nonneg].
    - rewrite inner_scal, O. ring.
    - apply (telescope P M size K W grd fresh stale eff K_pos eff_pos noise_unbiased (fun h => f (W h)) L lower
        bounded_below).
      exact (smooth' P M size K f grad (fun w => G w w) region stale W eff L K_pos eff_pos gradient smooth convex
        inside).
  Qed.

  Section numbers.
    Variables nu nuhat : R.
    Hypothesis nu_nonneg : 0 <= nu.
    Hypothesis felt_at_most : norm felt <= nu.
    Hypothesis weighted_at_most :
      norm ((fun h => norm (frozen_at V D at_ice h) * norm (bn h)) : process P K real_space)
        <= eff * nuhat * sqrt (average P K weight).
    Hypothesis nuhat_nonneg : 0 <= nuhat.

    Let k := kappa gamma ell nu theta1 nuhat R_0.
    Let eta := curved gamma Gamma H2 HJ.

    Lemma feasible_if_weighted : exists Y a, feasible_free p x sigma (gamma * radius sigma A) q
      (e0 eff gamma nu k eta (INR D) sigma) (e1 eff gamma Lambda1 nu k eta (INR D) sigma) (e2 eff eta (INR D)) A Y a.
    Proof.
      exists Y, (inner (scal (/ norm F_) F_) v_).
      pose proof noise_short as Short. rewrite A_is. apply point_if_near.
      unfold q. apply (near_but_for_squares F_ n_ b_ e_ bv bn rem u0 p1 p2); auto using pos_INR.
      - apply Rle_trans with (1 := Sequences.gradient_and_noise P K F_ n_ sigma noise_differences
          (F_known P M size K grd K_pos) (Sequences.square_at_most _ _ Short)), Rle_refl.
      - rewrite <- (Rabs_pos_eq gamma gamma_nonneg) at 1. rewrite <- norm_scal. apply Sequences.process_norm_le.
        intros h H. change (norm (e_ h) <= norm (scal gamma (plus (plus (F_ h) (n_ h)) (b_ h)))).
        rewrite norm_scal, Rabs_pos_eq by exact gamma_nonneg. now apply drift_pointwise.
      - now apply stale_short.
      - exact parts.
      - exact leaves_frozen.
      - exact coherent_short.
      - exact frozen_orthogonal_to_noise.
      - apply inner_le_product; [exact first_short | now apply martingale_short].
      - apply (second_product P K (frozen_at V D at_ice) gone);
          [exact theta1_nonneg | now apply moved_short | exact second_below |].
        apply Rle_trans with (1 := weighted_at_most). apply Rmult_le_compat_l; [|exact root_of_energy].
        apply Rmult_le_pos; lra.
      - apply remainder_short. intros h _. change (norm (scal (gamma ^ 2) (plus (F_ h) (n_ h)))
          <= gamma ^ 2 * norm (plus (F_ h) (n_ h))). rewrite norm_scal, Rabs_pos_eq by apply pow2_ge_0. apply Rle_refl.
    Qed.
  End numbers.

  (** The variance of each stage, s_m^2 given the past. *)
  Variable s : nat -> R.
  Hypothesis s_nonneg : forall m, 0 <= s m.
  Hypothesis stage_variance : forall h m, met P K h -> (m < M)%nat ->
    given P h (fun i => norm (minus (G (W h) (W h) i) (grad (W h)) m : euclid (size m)) ^ 2) <= s m ^ 2.

  Let nuhat := norm (sensitivity_of M S (fun m => sqrt (INR (d m)) * s m)).

  Lemma weighted_by_stage : norm ((fun h => norm (frozen_at V D at_ice h) * norm (bn h)) : process P K real_space)
    <= eff * nuhat * sqrt (average P K weight).
  Proof.
    apply (weighted_noise P K same_law M (fun j => euclid (size j)) stage_n d D n_martingale lags at_ice s s_nonneg);
      [| lra | exact S_nonneg | exact noise_below].
    intros j h Hj R Len. apply Rle_trans with (2 := stage_variance h j (conj R Len) Hj), Req_le, apply_ext. intros i _.
    rewrite norm_sq. apply sum_ext. intros c _. unfold minus, stage_n, stage, n_, n, at_sample, fresh, grd. simpl. ring.
  Qed.

  Let eta := curved gamma Gamma H2 HJ.

  (** One number for the noise that the stages feel, through the lags and through the frozen direction. *)
  Theorem free_asynchrony_by_stage :
    let k := kappa gamma ell nuhat theta1 nuhat R_0 in
    exists Y a, feasible_free p x sigma (gamma * radius sigma A) q
      (e0 eff gamma nuhat k eta (INR D) sigma) (e1 eff gamma Lambda1 nuhat k eta (INR D) sigma) (e2 eff eta (INR D))
      A Y a.
  Proof.
    apply feasible_if_weighted; [apply norm_nonneg | | exact weighted_by_stage | apply norm_nonneg].
    apply (noise_by_stage P M size K grad (fun w => G w w)); auto.
  Qed.

  (** Theorem 4, with nu = Lambdah sigma, norm2 (S Diag (sqrt d)) <= Lambdah; nuhat = norm (S Diag (sqrt d) s). *)
  Theorem free_asynchrony Lambdah :
    let nu := Lambdah * sigma in let k := kappa gamma ell nu theta1 nuhat R_0 in
    0 <= Lambdah -> delay_constant M S (fun m => sqrt (INR (d m))) Lambdah ->
    exists Y a, feasible_free p x sigma (gamma * radius sigma A) q
      (e0 eff gamma nu k eta (INR D) sigma) (e1 eff gamma Lambda1 nu k eta (INR D) sigma) (e2 eff eta (INR D)) A Y a.
  Proof.
    intros nu k Hn Delay.
    apply feasible_if_weighted; [apply Rmult_le_pos; assumption | | exact weighted_by_stage | apply norm_nonneg].
    apply (noise_by_total P M size K grad (fun w => G w w)); auto.
  Qed.

  (** * With the distortion met along the run *)

  Section distorted.
    (** The share of the drift at a weight: w/tau of the linear device. *)
    Variable share : nat -> nat -> R -> R.
    Hypothesis share_range : forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat ->
      Rabs (share m c (W h m c)) <= gamma.
    Hypothesis share_drift : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
      Rabs (device_drift (device m c) alpha gain (W h m c) (G (late d W h) (W h) i m c))
        <= Rabs (share m c (W h m c)) * Rabs (G (late d W h) (W h) i m c).
    Hypothesis share_lipschitz : forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat ->
      Rabs (share m c (W h m c) - share m c (frozen h m c)) <= theta1 * Rabs (W h m c - frozen h m c).

    Definition shares (h : history) : V := fun m c => Rabs (share m c (W h m c)).

    (** What the devices make of the noise: its average energy, each element weighed by its share. *)
    Definition noise_shared : R :=
      Refined.distorted_noise P M size K (fun h => grad (W h)) (fun h i => G (W h) (W h) i) shares.

    Let at_share (X : process P K V) : process P K V := Refined.weighed P M size K shares X.
    Let twice : process P K V := at_share (at_share (plus F_ n_)).
    Let u_shared (k : nat) (l : history) (i : nat) : V :=
      fun m c => drift m c (W l m c) (at_ice k l i m c) + share m c (W l m c) ^ 2 * at_ice k l i m c.
    Let first_shared : process P K V := plus through_drift (at_share (at_share through_fresh)).
    Let second_shared : process P K V := at_sample P M size K (fun h i m c =>
      drift m c (W h m c) (ice h i m c) - drift m c (frozen h m c) (ice h i m c)
      + (share m c (W h m c) ^ 2 - share m c (frozen h m c) ^ 2) * ice h i m c).

    Lemma shares_range h m c : met P K h -> (m < M)%nat -> (c < size m)%nat -> 0 <= shares h m c <= gamma.
    Proof. intros Met Hm Hc. split; [apply Rabs_pos | now apply share_range]. Qed.

    Lemma at_share_le X : norm (at_share X) <= gamma * norm X.
    Proof. exact (Refined.weighed_le P M size K K_pos gamma gamma_nonneg shares shares_range X). Qed.

    Lemma shared_twice a y : Rabs a * (Rabs a * y) = a ^ 2 * y.
    Proof. rewrite <- (pow2_abs a). ring. Qed.

    Lemma leaves_shared w :
      inner (plus e_ twice) w = inner (frozen_at V D u_shared : process P K V) w + inner first_shared w
        + inner second_shared w.
    Proof.
      rewrite <- !inner_plus. apply same_sequence. intros h i m c.
      change (e_ (i :: h) m c + Rabs (share m c (W h m c)) * (Rabs (share m c (W h m c))
            * (grd h m c + (fresh h i m c - grd h m c)))
        = drift m c (frozen h m c) (ice h i m c) + share m c (frozen h m c) ^ 2 * ice h i m c
          + (drift m c (W h m c) (stale h i m c) - drift m c (W h m c) (ice h i m c)
             + Rabs (share m c (W h m c)) * (Rabs (share m c (W h m c)) * (fresh h i m c + -1 * ice h i m c)))
          + (drift m c (W h m c) (ice h i m c) - drift m c (frozen h m c) (ice h i m c)
             + (share m c (W h m c) ^ 2 - share m c (frozen h m c) ^ 2) * ice h i m c)).
      rewrite drift_is, !shared_twice. ring.
    Qed.

    Lemma shared_orthogonal : inner (frozen_at V D u_shared : process P K V) bn = 0.
    Proof. apply orthogonal_to_noise. Qed.

    Lemma first_shared_short : norm first_shared <= gamma * (1 + gamma) * (ell * far).
    Proof.
      unfold first_shared. apply Rle_trans with (1 := minkowski _ _).
      pose proof through_drift_short as L1. pose proof (at_share_le (at_share through_fresh)) as L2.
      pose proof (Rmult_le_compat_l _ _ _ gamma_nonneg (at_share_le through_fresh)).
      pose proof (Rmult_le_compat_l _ _ _ (pow2_ge_0 gamma) fresh_leaves). lra.
    Qed.

    Lemma met_earlier j h : met P K h -> met P K (skipn j h).
    Proof. intros [R Len]. split; [now apply reachable_skipn | rewrite skipn_length; lia]. Qed.

    Lemma second_shared_below h : taken P K h ->
      norm (second_shared h) <= (1 + 2 * gamma) * theta1 * (norm (gone h) * norm (frozen_at V D at_ice h)).
    Proof.
      intros H. destruct (taken_cons P K K_pos h H) as (i & l & -> & Met & Next).
      apply elementwise_product; [apply Rmult_le_pos; lra|]. intros m c Hm Hc.
      replace (gone (i :: l) m c) with (W l m c - frozen l m c) by reflexivity.
      apply (change_of_share gamma theta1 (Rabs (W l m c - frozen l m c)) (share m c (W l m c))
        (share m c (frozen l m c)) (drift m c (W l m c) (ice l i m c)) (drift m c (frozen l m c) (ice l i m c))
        (ice l i m c)).
      - now apply share_range.
      - apply (share_range (skipn D l)); auto. now apply met_earlier.
      - now apply share_lipschitz.
      - rewrite Rmult_assoc. exact (proj2 (response_lipschitz l i m c Met Next Hm Hc)).
    Qed.

    Lemma twice_below h : taken P K h -> norm (twice h) <= gamma ^ 2 * norm (plus (F_ h) (n_ h)).
    Proof.
      intros H. destruct (taken_cons P K K_pos h H) as (i & l & -> & Met & _).
      apply elements_at_most; [apply pow2_ge_0|]. intros m c Hm Hc. destruct (shares_range l m c Met Hm Hc) as [S0 S1].
      change (Rabs (shares l m c * (shares l m c * plus (F_ (i :: l)) (n_ (i :: l)) m c))
        <= gamma ^ 2 * Rabs (plus (F_ (i :: l)) (n_ (i :: l)) m c)).
      rewrite !Rabs_mult, (Rabs_pos_eq (shares l m c)) by exact S0. rewrite <- Rmult_assoc.
      apply Rmult_le_compat_r; [apply Rabs_pos|]. simpl. rewrite Rmult_1_r. now apply Rmult_le_compat.
    Qed.

    Lemma drift_shared h : taken P K h ->
      norm (e_ h) <= norm (plus (plus (at_share F_ h) (at_share n_ h)) (at_share b_ h)).
    Proof.
      intros H. destruct (taken_cons P K K_pos h H) as (i & l & -> & Met & Next).
      rewrite <- (Rmult_1_l (norm (plus _ _))). apply elements_at_most; [lra|]. intros m c Hm Hc.
      pose proof (share_drift l i m c Met Next Hm Hc) as Dr. rewrite Rmult_1_l, drift_is. fold (stale l i m c) in Dr.
      apply Rle_trans with (1 := Dr).
      change (Rabs (share m c (W l m c)) * Rabs (stale l i m c)
        <= Rabs (shares l m c * grd l m c + shares l m c * (fresh l i m c - grd l m c)
          + shares l m c * (stale l i m c - fresh l i m c))).
      replace (shares l m c * grd l m c + shares l m c * (fresh l i m c - grd l m c)
          + shares l m c * (stale l i m c - fresh l i m c)) with (shares l m c * stale l i m c) by ring.
      rewrite Rabs_mult. unfold shares. rewrite Rabs_Rabsolu. apply Rle_refl.
    Qed.

    Lemma at_share_together : forall w, inner (at_share (plus F_ n_)) w = inner (plus (at_share F_) (at_share n_)) w.
    Proof.
      intros w. apply same_sequence. intros h i m c.
      change (shares h m c * (F_ (i :: h) m c + n_ (i :: h) m c)
        = shares h m c * F_ (i :: h) m c + shares h m c * n_ (i :: h) m c). ring.
    Qed.

    Lemma twice_short : norm twice <= gamma * norm (plus (at_share F_) (at_share n_)).
    Proof.
      apply Rle_trans with (1 := at_share_le (at_share (plus F_ n_))), Req_le. f_equal. unfold norm. f_equal.
      now rewrite at_share_together, inner_sym, at_share_together.
    Qed.

    Lemma cross_shared h : inner (plus (at_share F_ h) (at_share n_ h)) (at_share b_ h) = inner (twice h) (b_ h).
    Proof.
      apply sum_ext. intros m _. apply sum_ext. intros c _. unfold twice, at_share, Refined.weighed. simpl. ring.
    Qed.

    Let saturated := sqrt (gamma ^ 2 * A + noise_shared).

    Lemma feasible_shared nu : let k := kappa gamma ell nu ((1 + 2 * gamma) * theta1) nuhat R_0 in
      0 <= nu -> norm felt <= nu -> exists Y a, feasible_free p x sigma saturated q
        (e0 eff gamma nu k eta (INR D) sigma) (e1 eff gamma Lambda1 nu k eta (INR D) sigma) (e2 eff eta (INR D)) A Y a.
    Proof.
      intros k Hnu Felt.
      exists Y, (inner (scal (/ norm F_) F_) v_).
      assert (Noise : inner (at_share n_) (at_share n_) <= noise_shared)
        by (unfold noise_shared, Refined.distorted_noise; rewrite norm_sq; apply Rle_refl).
      assert (Differ : martingale_difference P K (at_share n_))
        by exact (Refined.weighed_noise P M size K grd fresh noise_unbiased shares).
      assert (Known : known P K V 1 (at_share F_))
        by exact (Refined.weighed_known P M size K grd K_pos shares).
      assert (Sat : saturated = distorted_radius P K F_ gamma noise_shared)
        by (unfold saturated, distorted_radius; now rewrite A_is).
      pose proof (stale_short nu Felt) as Stale.
      rewrite Sat, A_is. apply point_if_near. unfold q.
      apply (near_for_measured F_ b_ e_ bv bn rem (plus e_ twice) (frozen_at V D u_shared) first_shared second_shared);
        auto using pos_INR.
      - rewrite (distorted_radius_square P K F_ (at_share n_) gamma noise_shared Noise).
        apply (error_split_distorted P K F_ b_ e_ (at_share F_) (at_share n_) (at_share b_)); auto using at_share_le,
          cross_shared, drift_shared.
      - apply (drift_and_fresh_distorted P K F_ b_ e_ (at_share F_) (at_share n_) (at_share b_) twice gamma
          noise_shared); auto using at_share_le, drift_shared, twice_short.
      - exact parts.
      - exact leaves_shared.
      - exact coherent_short.
      - exact shared_orthogonal.
      - apply inner_le_product; [exact first_shared_short | now apply martingale_short].
      - apply (second_product P K (frozen_at V D at_ice) gone);
          [apply Rmult_le_pos; lra | now apply moved_short | exact second_shared_below |].
        apply Rle_trans with (1 := weighted_by_stage). apply Rmult_le_compat_l; [|exact root_of_energy].
        apply Rmult_le_pos; [lra | apply norm_nonneg].
      - apply remainder_short. exact twice_below.
    Qed.

    (** Theorem 4 with the distortion met along the run. *)
    Theorem free_asynchrony_adaptive Lambdah :
      let nu := Lambdah * sigma in let k := kappa gamma ell nu ((1 + 2 * gamma) * theta1) nuhat R_0 in
      0 <= Lambdah -> delay_constant M S (fun m => sqrt (INR (d m))) Lambdah ->
      exists Y a, feasible_free p x sigma (sqrt (gamma ^ 2 * A + noise_shared)) q
        (e0 eff gamma nu k eta (INR D) sigma) (e1 eff gamma Lambda1 nu k eta (INR D) sigma) (e2 eff eta (INR D)) A Y a.
    Proof.
      intros nu k Hn Delay. apply feasible_shared; [apply Rmult_le_pos; assumption|].
      apply (noise_by_total P M size K grad (fun w => G w w)); auto.
    Qed.

    (** As `free_asynchrony_by_stage`: one number for the noise that the stages feel. *)
    Theorem free_asynchrony_adaptive_by_stage :
      let k := kappa gamma ell nuhat ((1 + 2 * gamma) * theta1) nuhat R_0 in
      exists Y a, feasible_free p x sigma (sqrt (gamma ^ 2 * A + noise_shared)) q
        (e0 eff gamma nuhat k eta (INR D) sigma) (e1 eff gamma Lambda1 nuhat k eta (INR D) sigma) (e2 eff eta (INR D))
        A Y a.
    Proof.
      apply feasible_shared; [apply norm_nonneg|]. apply (noise_by_stage P M size K grad (fun w => G w w)); auto.
    Qed.

    (** In terms of the largest share r_k of each moment: rbar^2 sigma^2 with rbar^2 = (1/K) sum E r_k^2. *)
    Theorem noise_shared_le (r : history -> R) :
      (forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat -> Rabs (share m c (W h m c)) <= r h) ->
      noise_shared <= / INR K * sum K (fun k => mean P k (fun h => r h ^ 2)) * sigma ^ 2.
    Proof.
      intros Hr. apply (Refined.distorted_noise_le P M size K grd fresh K_pos sigma noise_variance gamma shares
        shares_range r). exact Hr.
    Qed.

    Theorem free_asynchrony_measured Lambdah (r : history -> R) :
      let rbar2 := / INR K * sum K (fun k => mean P k (fun h => r h ^ 2)) in
      let nu := Lambdah * sigma in let k := kappa gamma ell nu ((1 + 2 * gamma) * theta1) nuhat R_0 in
      0 <= Lambdah -> delay_constant M S (fun m => sqrt (INR (d m))) Lambdah ->
      (forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat -> Rabs (share m c (W h m c)) <= r h) ->
      exists Y a, feasible_free p x sigma (sqrt (gamma ^ 2 * A + rbar2 * sigma ^ 2)) q
        (e0 eff gamma nu k eta (INR D) sigma) (e1 eff gamma Lambda1 nu k eta (INR D) sigma) (e2 eff eta (INR D)) A Y a.
    Proof.
      intros rbar2 nu k Hn Delay Hr. destruct (free_asynchrony_adaptive Lambdah Hn Delay) as (y & a & Point).
      exists y, a. apply feasible_if_less with (3 := Point).
      - unfold q. repeat apply Rmult_le_pos; lra.
      - split; [apply sqrt_pos|]. apply sqrt_le_1_alt. pose proof (noise_shared_le r Hr). unfold rbar2. lra.
    Qed.
  End distorted.
End free.

Print Assumptions free_asynchrony.
Print Assumptions free_asynchrony_adaptive.
