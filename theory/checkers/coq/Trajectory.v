(** From a trajectory to the master theorem: staleness, drift, descent.

    Everything is assumed of the weights that are met, nothing of weights that are not: [W h] are the weights
    after the history h, [gradient h] the gradient there, [fresh h i] the gradient of sample i there and
    [direction h i] the direction the step really takes.  The first is what theory speaks of, the last is what
    lags and the device make of it. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master.
Import ListNotations.
Local Open Scope R_scope.

(** An M x M matrix applied to the vector of stage norms. *)
Definition sensitivity_of (M : nat) (S : nat -> nat -> R) (y : nat -> R) : euclid M :=
  fun i => sum M (fun j => S i j * y j).

(** Lambda bounds the spectral norm of S Diag(c). *)
Definition delay_constant (M : nat) (S : nat -> nat -> R) (c : nat -> R) (Lambda : R) : Prop :=
  forall y : euclid M, norm (sensitivity_of M S (fun j => c j * y j)) <= Lambda * norm y.

(** Read an equation between elements of weights as one between reals. *)
Ltac reals := match goal with |- @eq _ ?x ?y => change (@eq R x y) end; simpl.

Section trajectory.
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Let V : space := weights M size.
  Variable W : history -> V.
  Variable gradient : history -> V.
  Variables fresh direction : history -> nat -> V.
  Variable alpha : R.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.

  (** * The sequences of section 4 *)

  Definition at_sample (X : history -> nat -> V) : process P K V :=
    fun h => match h with [] => zero | i :: h => X h i end.

  Definition F : process P K V := at_sample (fun h _ => gradient h).
  Definition n : process P K V := at_sample (fun h i m c => fresh h i m c - gradient h m c).
  Definition b : process P K V := at_sample (fun h i m c => direction h i m c - fresh h i m c).
  Definition e : process P K V :=
    at_sample (fun h i m c => (W h m c - W (i :: h) m c) / alpha - direction h i m c).
  Definition error : process P K V := plus b e.
  Definition v : process P K V := plus F error.
  Definition step : process P K V := scal (- alpha) (plus v n).

  (** A, the quantity every bound is about: the average expected squared gradient norm. *)
  Definition mean_squared_gradient : R :=
    / INR K * sum K (fun k => mean P k (fun h => inner (gradient h) (gradient h))).

  (** What is met: the history before a step that is taken. *)
  Definition met (h : history) : Prop := reachable P h /\ (length h < K)%nat.

  Lemma taken_cons h : taken P K h -> exists i h', h = i :: h' /\ met h' /\ reachable P (i :: h').
  Proof.
    intros [R L]. destruct h as [|i h]; [simpl in L; lia|].
    exists i, h. split; [reflexivity|]. split; [|exact R]. split; [apply R|]. simpl in L. lia.
  Qed.

  Lemma step_is_the_move h i m c : step (i :: h) m c = W (i :: h) m c - W h m c.
  Proof. unfold step, v, error, F, n, b, e. reals. field. lra. Qed.

  Lemma step_at_start m c : step [] m c = 0.
  Proof. unfold step, v, error, F, n, b, e. reals. ring. Qed.

  Lemma v_at_start m c : v [] m c = 0.
  Proof. unfold v, error, F, b, e. reals. ring. Qed.

  Lemma A_is_norm : mean_squared_gradient = norm F ^ 2.
  Proof.
    rewrite norm_sq. unfold mean_squared_gradient. rewrite <- average_before.
    apply apply_ext. intros h H. destruct (taken_cons h H) as (i & h' & -> & _). reflexivity.
  Qed.

  (** * Noise *)

  Hypothesis unbiased : forall h m c, met h -> conditional P (fun h => n h m c) h = 0.

  Lemma stage_noise m : martingale_difference P K (H := euclid (size m)) (fun h => n h m).
  Proof.
    apply lift_difference. intros c _. apply real_difference. intros h R L. exact (unbiased h m c (conj R L)).
  Qed.

  Lemma noise : martingale_difference P K (H := V) n.
  Proof. apply lift_difference. intros m _. apply stage_noise. Qed.

  Lemma gradient_orthogonal_to_noise : inner F n = 0.
  Proof.
    rewrite <- (average_predictable_orthogonal P K n gradient noise). apply apply_ext.
    intros h H. destruct (taken_cons h H) as (i & h' & -> & _). reflexivity.
  Qed.

  Variable sigma : R.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis variance : forall h, met h -> conditional P (fun h => inner (n h) (n h)) h <= sigma ^ 2.

  Lemma noise_bound : norm n <= sigma.
  Proof.
    apply norm_le; [exact sigma_nonneg|].
    rewrite <- (average_const P K (sigma ^ 2) K_pos).
    apply Rmult_le_compat_l; [left; apply Rinv_0_lt_compat, lt_0_INR, K_pos|].
    apply sum_le. intros k Hk. rewrite !(mean_const P).
    rewrite <- (mean_const P k (sigma ^ 2)). simpl. apply mean_le. intros h [R E]. apply variance.
    split; [exact R | lia].
  Qed.

  (** Orthogonal to whatever is known before the sample is drawn, and at most sigma long. *)
  (* Claim: noise.orthogonal *)
  Theorem noise_orthogonal : (forall X : history ->
    V, average P K (fun h => inner (X (tl h)) (n h)) = 0) /\ norm n <= sigma.
  Proof. split; [intros; apply average_predictable_orthogonal, noise | apply noise_bound]. Qed.

  (** * Stages *)

  Definition stage (X : process P K V) (m : nat) : process P K (euclid (size m)) := fun h => X h m.

  (** The vector of stage norms. *)
  Definition stage_norms (X : process P K V) : euclid M := fun m => norm (stage X m).

  Lemma norm_stage_norms X : norm (stage_norms X) = norm X.
  Proof.
    unfold norm. f_equal.
    transitivity (sum M (fun m => inner (stage X m) (stage X m))).
    - apply sum_ext. intros m _. rewrite <- (norm_sq (stage X m)).
      change (norm (stage X m) * norm (stage X m) = norm (stage X m) ^ 2). ring.
    - symmetry. apply (apply_sum (average P K) M (fun m h => inner (X h m) (X h m))).
  Qed.

  Lemma stage_noise_bound m s :
    0 <= s ->
    (forall h, met h -> conditional P (fun h => inner (n h m : euclid (size m)) (n h m)) h <= s ^ 2) ->
    stage_norms n m <= s.
  Proof.
    intros Hs Var. apply norm_le; [exact Hs|].
    rewrite <- (average_const P K (s ^ 2) K_pos).
    apply Rmult_le_compat_l; [left; apply Rinv_0_lt_compat, lt_0_INR, K_pos|].
    apply sum_le. intros k Hk. rewrite (mean_const P (S k) (s ^ 2)), <- (mean_const P k (s ^ 2)).
    simpl (mean P (S k) _). apply mean_le. intros h [R E]. apply Var. split; [exact R | lia].
  Qed.

  Variable d : nat -> nat.

  (** How far stage m has moved since the weights were read that its forward pass used. *)
  Definition moved : process P K V := at_sample (fun h _ m c => W h m c - W (skipn (d m) h) m c).

  Lemma vsum_at N (f : nat -> process P K V) h m c :
    vsum N (fun j => stage (f j) m) h c = sum N (fun j => f j h m c).
  Proof. induction N as [|N IH]; simpl; [reflexivity|]. now rewrite IH. Qed.

  (** The move is the sum of the last d steps; before the start there were none. *)
  Lemma moved_is_window h m c : moved h m c = sum (d m) (fun j => step (skipn (S j) h) m c).
  Proof.
    destruct h as [|i h]; [rewrite sum_zero; [reflexivity|]; intros; rewrite skipn_nil; apply step_at_start|].
    change (moved (i :: h) m c) with (W h m c - W (skipn (d m) h) m c).
    rewrite <- (Ropp_involutive (sum _ _)).
    replace (W h m c - W (skipn (d m) h) m c) with (- (W (skipn (d m) h) m c - W (skipn 0 h) m c)) by (simpl; ring).
    f_equal. rewrite <- (sum_telescope (d m) (fun j => W (skipn j h) m c)).
    replace (- sum (d m) (fun j => step (skipn (S j) (i :: h)) m c))
      with (sum (d m) (fun j => (-1) * step (skipn (S j) (i :: h)) m c)) by (rewrite sum_scal; ring).
    apply sum_ext. intros j _. simpl (skipn (S j) (i :: h)).
    replace (skipn (S j) h) with (skipn 1 (skipn j h)) by (rewrite skipn_skipn; f_equal; lia).
    destruct (skipn j h) as [|x l]; [rewrite step_at_start; simpl; ring|].
    rewrite step_is_the_move. simpl. ring.
  Qed.

  (* Claim: window.displacement *)
  Lemma stage_move m : norm (stage moved m) <=
    alpha * (INR (d m) * norm (stage v m) + sqrt (INR (d m)) * norm (stage n m)).
  Proof.
    set (wv := window P K (d m) (stage v m)). set (wn := window P K (d m) (stage n m)).
    apply Rle_trans with (norm (scal (- alpha) (plus wv wn))).
    - apply Req_le, lift_norm_ext. intros h _. apply apply_ext. intros c _.
      enough (E : moved h m c = - alpha * (wv h c + wn h c))
        by (change (moved h m c * moved h m c = - alpha * (wv h c + wn h c) * (- alpha * (wv h c + wn h c)));
            now rewrite E).
      rewrite moved_is_window. unfold wv, wn, window.
      rewrite (vsum_at (d m) (fun j => shift P K (S j) v)), (vsum_at (d m) (fun j => shift P K (S j) n)).
      rewrite <- sum_plus, <- sum_scal. apply sum_ext. reflexivity.
    - rewrite norm_scal, Rabs_Ropp, Rabs_pos_eq by lra. apply Rmult_le_compat_l; [lra|].
      apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat.
      + apply window_coherent. apply sum_zero. intros c _.
        change (v [] m c * v [] m c = 0). rewrite v_at_start. ring.
      + apply window_martingale; [apply stage_noise|]. intros w. apply sum_zero. intros c _.
        change (0 * w c = 0). ring.
  Qed.

  (** By Minkowski alone, with the noise kept in the step. *)
  Lemma stage_move_coherent m : norm (stage moved m) <= alpha * (INR (d m) * norm (stage (plus v n) m)).
  Proof.
    set (w := window P K (d m) (stage (plus v n) m)).
    apply Rle_trans with (norm (scal (- alpha) w)).
    - apply Req_le, lift_norm_ext. intros h _. apply apply_ext. intros c _.
      enough (E : moved h m c = - alpha * w h c)
        by (change (moved h m c * moved h m c = - alpha * w h c * (- alpha * w h c)); now rewrite E).
      rewrite moved_is_window. unfold w, window. rewrite (vsum_at (d m) (fun j => shift P K (S j) (plus v n))).
      rewrite <- sum_scal. apply sum_ext. reflexivity.
    - rewrite norm_scal, Rabs_Ropp, Rabs_pos_eq by lra. apply Rmult_le_compat_l; [lra|].
      apply window_coherent. apply sum_zero. intros c _.
      change ((v [] m c + 0) * (v [] m c + 0) = 0). rewrite v_at_start. ring.
  Qed.

  (** * Staleness *)

  Section sensitivity.
    Variable S : nat -> nat -> R.
    Hypothesis S_nonneg : forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j.
    Hypothesis stale : forall h i m, met h -> reachable P (i :: h) -> (m < M)%nat ->
      norm (b (i :: h) m : euclid (size m)) <= sum M (fun j => S m j * norm (moved (i :: h) j : euclid (size j))).

    Lemma sensitivity_mono (y z : euclid M) :
      (forall j, (j < M)%nat -> 0 <= y j <= z j) -> norm (sensitivity_of M S y) <= norm (sensitivity_of M S z).
    Proof.
      intros L. apply lift_norm_le. intros i Hi. unfold sensitivity_of. simpl.
      assert (P1 : 0 <= sum M (fun j => S i j * y j)).
      { apply sum_nonneg. intros j Hj. apply Rmult_le_pos; [now apply S_nonneg | now apply L]. }
      assert (P2 : sum M (fun j => S i j * y j) <= sum M (fun j => S i j * z j)).
      { apply sum_le. intros j Hj. apply Rmult_le_compat_l; [now apply S_nonneg | now apply L]. }
      apply Rmult_le_compat; assumption.
    Qed.

    (** Distances moved, weighed by a row of S, as a random sequence of numbers. *)
    Definition row (m : nat) : process P K real_space :=
      vsum M (fun j => scal (S m j) ((fun h => norm (moved h j : euclid (size j))) : process P K real_space)).

    Lemma row_at m h : row m h = sum M (fun j => S m j * norm (moved h j : euclid (size j))).
    Proof.
      unfold row. generalize M as N. intros N. induction N as [|N IH]; [reflexivity|].
      simpl (sum _ _). rewrite <- IH. reflexivity.
    Qed.

    (* Claim: stale.pathwise *)
    Lemma pathwise m h : (m < M)%nat -> taken P K h -> inner (stage b m h) (stage b m h) <= row m h ^ 2.
    Proof.
      intros Hm H. destruct (taken_cons h H) as (i & h' & -> & Hm' & R). rewrite row_at, <- norm_sq.
      apply pow_incr. split; [apply norm_nonneg | exact (stale h' i m Hm' R Hm)].
    Qed.

    Lemma row_norm m : (m < M)%nat -> norm (row m) <= sensitivity_of M S (stage_norms moved) m.
    Proof.
      intros Hm. apply Rle_trans with (1 := norm_vsum _ _). apply sum_le. intros j Hj.
      rewrite norm_scal, Rabs_pos_eq by (now apply S_nonneg).
      apply Req_le. f_equal. apply (lift_norm_norm (average P K) (fun _ => euclid (size j)) (stage moved j)).
    Qed.

    Lemma stage_staleness m : (m < M)%nat -> norm (stage b m) <= sensitivity_of M S (stage_norms moved) m.
    Proof.
      intros Hm. apply Rle_trans with (2 := row_norm m Hm).
      apply (lift_norm_le (average P K) (fun _ => euclid (size m)) (fun _ => real_space)). intros h H.
      apply Rle_trans with (1 := pathwise m h Hm H). apply Req_le.
      change (row m h ^ 2 = row m h * row m h). ring.
    Qed.

    (** What the last steps of every stage amount to for stage m: coherent part and martingale part. *)
    Let felt m := alpha * (sum M (fun j => S m j * (INR (d j) * stage_norms v j))
                           + sum M (fun j => S m j * (sqrt (INR (d j)) * stage_norms n j))).

    Lemma row_felt m : (m < M)%nat -> sensitivity_of M S (stage_norms moved) m <= felt m.
    Proof.
      intros Hm. unfold felt. rewrite <- sum_plus, <- sum_scal. apply sum_le. intros j Hj.
      pose proof (Rmult_le_compat_l (S m j) _ _ (S_nonneg m j Hm Hj) (stage_move j)) as L.
      unfold stage_norms in *. lra.
    Qed.

    (* Claim: stale.partial *)
    Theorem row_le m : (m < M)%nat -> norm (row m) <= felt m.
    Proof. intros Hm. apply Rle_trans with (1 := row_norm m Hm), row_felt, Hm. Qed.

    (* Claim: stale.row *)
    Theorem stage_staleness_le m : (m < M)%nat -> norm (stage b m) <= felt m.
    Proof. intros Hm. apply Rle_trans with (1 := stage_staleness m Hm), row_felt, Hm. Qed.

    (** The same with the step kept whole. *)
    Let felt_whole m := alpha * sum M (fun j => S m j * (INR (d j) * stage_norms (plus v n) j)).

    Lemma row_felt_whole m : (m < M)%nat -> sensitivity_of M S (stage_norms moved) m <= felt_whole m.
    Proof.
      intros Hm. unfold felt_whole. rewrite <- sum_scal. apply sum_le. intros j Hj.
      pose proof (Rmult_le_compat_l (S m j) _ _ (S_nonneg m j Hm Hj) (stage_move_coherent j)) as L.
      unfold stage_norms in *. lra.
    Qed.

    (* Claim: stale.whole_partial *)
    Theorem row_le_coherent m : (m < M)%nat -> norm (row m) <= felt_whole m.
    Proof. intros Hm. apply Rle_trans with (1 := row_norm m Hm), row_felt_whole, Hm. Qed.

    (* Claim: stale.whole_row *)
    Theorem stage_staleness_coherent m : (m < M)%nat -> norm (stage b m) <= felt_whole m.
    Proof. intros Hm. apply Rle_trans with (1 := stage_staleness m Hm), row_felt_whole, Hm. Qed.

    Lemma norm_b : norm b <= norm (sensitivity_of M S (stage_norms moved)).
    Proof.
      rewrite <- norm_stage_norms. apply lift_norm_le. intros m Hm. simpl.
      apply Rmult_le_compat; try apply norm_nonneg; now apply stage_staleness.
    Qed.

    Variables Lambda1 nu : R.
    Hypothesis coherent_delay : delay_constant M S (fun m => INR (d m)) Lambda1.

    Lemma sensitivity_scal c y : norm (sensitivity_of M S (fun j => c * y j)) = Rabs c * norm (sensitivity_of M S y).
    Proof.
      rewrite <- norm_scal. apply lift_norm_ext. intros i _. unfold sensitivity_of. simpl.
      rewrite (sum_ext M _ (fun j => c * (S i j * y j))) by (intros; ring). rewrite sum_scal. ring.
    Qed.

    Lemma sensitivity_plus y z : norm (sensitivity_of M S (fun j => y j + z j))
      <= norm (sensitivity_of M S y) + norm (sensitivity_of M S z).
    Proof.
      apply Rle_trans with (2 := minkowski _ _), Req_le, lift_norm_ext. intros i _. unfold sensitivity_of. simpl.
      rewrite (sum_ext M _ (fun j => S i j * y j + S i j * z j)) by (intros; ring). now rewrite sum_plus.
    Qed.

    (** By Minkowski alone: the whole step pays the factor d. *)
    (* Claim: stale.minkowski *)
    Theorem staleness_coherent : norm b <= alpha * (Lambda1 * norm (plus v n)).
    Proof.
      apply Rle_trans with (1 := norm_b).
      apply Rle_trans with
        (norm (sensitivity_of M S (fun j => alpha * (INR (d j) * stage_norms (plus v n) j)))).
      - apply sensitivity_mono. intros j _. split; [apply norm_nonneg | apply stage_move_coherent].
      - rewrite sensitivity_scal, Rabs_pos_eq by lra. apply Rmult_le_compat_l; [lra|].
        rewrite <- (norm_stage_norms (plus v n)). apply coherent_delay.
    Qed.

    (** The part of the last steps that the noise made, as the stages feel it. *)
    Hypothesis martingale_delay :
      norm (sensitivity_of M S (fun m => sqrt (INR (d m)) * stage_norms n m)) <= nu.

    (** The staleness lemma: coherent motion costs the lag, martingale motion its square root. *)
    (* Claim: stale.martingale *)
    Theorem staleness : norm b <= alpha * (Lambda1 * norm v + nu).
    Proof.
      apply Rle_trans with (1 := norm_b).
      apply Rle_trans with (norm (sensitivity_of M S (fun j => alpha *
        (INR (d j) * stage_norms v j + sqrt (INR (d j)) * stage_norms n j)))).
      - apply sensitivity_mono. intros j _. split; [apply norm_nonneg | apply stage_move].
      - rewrite sensitivity_scal, Rabs_pos_eq by lra. apply Rmult_le_compat_l; [lra|].
        apply Rle_trans with (1 := sensitivity_plus _ _), Rplus_le_compat; [|exact martingale_delay].
        rewrite <- (norm_stage_norms v). apply coherent_delay.
    Qed.

  End sensitivity.

  (** * Drift *)

  (** Whatever way the staleness is bounded: *)
  Variables Lambda1 nu : R.
  Hypothesis stale_at_most : norm b <= alpha * (Lambda1 * norm v + nu).

  Variable rho : R.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis drift : forall h i m c, met h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    Rabs (e (i :: h) m c) <= rho * Rabs (direction h i m c).

  Definition taken_direction : process P K V := plus (plus F n) b.

  Lemma norm_e : norm e <= rho * norm taken_direction.
  Proof.
    rewrite <- (Rabs_pos_eq rho rho_nonneg), <- norm_scal.
    apply lift_norm_le. intros h H. destruct (taken_cons h H) as (i & h' & -> & Hm & R).
    apply sum_le. intros m Lm. apply sum_le. intros c Lc. pose proof (drift h' i m c Hm R Lm Lc) as D.
    replace (scal rho taken_direction (i :: h') m c) with (rho * direction h' i m c).
    2:{ unfold taken_direction, F, n, b. reals. ring. }
    change (e (i :: h') m c * e (i :: h') m c <= rho * direction h' i m c * (rho * direction h' i m c)).
    apply Rsqr_le_abs_1. now rewrite Rabs_mult, (Rabs_pos_eq rho).
  Qed.

  (* Claim: noise.second_moment *)
  Lemma norm_gradient_and_noise : norm (plus F n) <= radius sigma mean_squared_gradient.
  Proof.
    apply sqrt_le_1_alt. rewrite inner_plus, !inner_plus_r, (inner_sym n F), gradient_orthogonal_to_noise.
    rewrite A_is_norm, norm_sq. rewrite <- (norm_sq n).
    pose proof (pow_incr (norm n) sigma 2 (conj (norm_nonneg n) noise_bound)). lra.
  Qed.

  Let q := (1 + rho) * alpha * Lambda1.
  Let qn := (1 + rho) * alpha * nu.

  (** The error of the direction, lag and device together. *)
  (* Claim: stale.reach *)
  Theorem error_bound : norm error <= eta sigma rho q qn mean_squared_gradient (norm v).
  Proof.
    pose proof norm_e as E. pose proof stale_at_most as B. pose proof norm_gradient_and_noise as G.
    pose proof (minkowski (plus F n) b) as D. pose proof (minkowski b e) as T.
    assert (rho * norm taken_direction <= rho * (radius sigma mean_squared_gradient + norm b))
      by (apply Rmult_le_compat_l; [exact rho_nonneg | unfold taken_direction; lra]).
    assert ((1 + rho) * norm b <= (1 + rho) * (alpha * (Lambda1 * norm v + nu)))
      by (apply Rmult_le_compat_l; lra).
    unfold eta, q, qn, error. lra.
  Qed.

  (** * Descent *)

  Variable value : history -> R.
  Variables L lower : R.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= value h.
  Let p := (value [] - lower) / (alpha * INR K).

  (** Sum a descent inequality along the path; [curve h] measures the second-order term of the step after h. *)
  (* Claim: sum.telescope *)
  Lemma telescoped (curve : history -> R) :
    (forall h i, met h -> reachable P (i :: h) ->
      value (i :: h) <= value h + inner (gradient h) (step (i :: h)) + curve (i :: h)) ->
    inner F v <= p + / alpha * average P K curve.
  Proof.
    intros descent.
    assert (KP : 0 < INR K) by (apply lt_0_INR, K_pos).
    assert (T : average P K (fun h => value h - value (tl h)) = / INR K * (mean P K value - value [])).
    { change (value []) with (mean P 0 value). rewrite <- (sum_telescope K (fun k => mean P k value)).
      apply (f_equal (Rmult (/ INR K))), sum_ext. intros k _.
      transitivity (mean P (Datatypes.S k) value + (-1) * mean P (Datatypes.S k) (fun h => value (tl h))).
      - rewrite <- mean_scal, <- mean_plus. apply mean_ext. intros. ring.
      - rewrite (mean_skipn P (Datatypes.S k) 1 value : mean P (Datatypes.S k) (fun h => value (tl h)) = _).
        simpl (Datatypes.S k - 1)%nat. rewrite Nat.sub_0_r. ring. }
    assert (Low : lower <= mean P K value).
    { rewrite <- (mean_const P K lower). apply mean_le. intros h [R E]. now apply bounded_below. }
    assert (D : average P K (fun h => value h - value (tl h)) <= inner F step + average P K curve).
    { change (inner F step) with (average P K (fun h => inner (F h) (step h))). rewrite <- apply_plus. apply apply_le.
      intros h H. destruct (taken_cons h H) as (i & h' & -> & Hm & R).
      pose proof (descent h' i Hm R). change (F (i :: h')) with (gradient h'). simpl (tl _). lra. }
    unfold step in D. rewrite inner_scal_r, inner_plus_r, gradient_orthogonal_to_noise, T in D.
    apply Rmult_le_reg_l with alpha; [exact alpha_pos|].
    replace (alpha * (p + / alpha * average P K curve)) with (/ INR K * (value [] - lower) + average P K curve)
      by (unfold p; field; lra).
    apply (Rmult_le_compat_l (/ INR K)) in Low; [|left; now apply Rinv_0_lt_compat]. lra.
  Qed.

  Hypothesis smooth : forall h i, met h -> reachable P (i :: h) ->
    value (i :: h) <= value h + inner (gradient h) (step (i :: h)) + L / 2 * inner (step (i :: h)) (step (i :: h)).

  (* Claim: master.telescope *)
  Theorem telescope : inner F v <= p + alpha * L / 2 * norm (plus v n) ^ 2.
  Proof.
    apply Rle_trans with (1 := telescoped (fun h => L / 2 * inner (step h) (step h)) smooth), Req_le.
    f_equal. rewrite apply_scal.
    change (average P K (fun h => inner (step h) (step h))) with (inner step step).
    unfold step. rewrite inner_scal, inner_scal_r, norm_sq. field. lra.
  Qed.

  (** Theorem 1 along a trajectory. *)
  (* Claim: master.sharp *)
  Theorem trajectory_sharp :
    exists Y a, feasible p (alpha * L) sigma rho q qn mean_squared_gradient Y a.
  Proof.
    rewrite A_is_norm. apply (sharp F error n); auto.
    - apply Rmult_le_pos; lra.
    - apply gradient_orthogonal_to_noise.
    - rewrite <- A_is_norm. apply error_bound.
    - apply noise_bound.
    - apply telescope.
  Qed.
End trajectory.
