(** Theorem 1 for Analog-SGD-AP on granular devices, from the algorithm (docs/theory.md#granularity.enters).

    An outcome i of the sampler is a sample, [label i], and the pulses of that step.  The step is that of the smooth
    device and [pulses h i], which has mean 0 given the past and the sample (Granularity.v has such laws). *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training Granular.
From Analog Require Sequences.
Import ListNotations.
Local Open Scope R_scope.

(** The squared length of a step with pulses. *)
Lemma squared_step {H : space} (v n z : H) r : 0 < r ->
  let move := scal (- r) (plus v (plus n (scal (- / r) z))) in
  inner move move = r ^ 2 * norm (plus v n) ^ 2 - 2 * r * (inner v z + inner n z) + inner z z.
Proof.
  intros P move. unfold move. rewrite norm_sq, !inner_scal, !inner_scal_r, !inner_plus, !inner_plus_r, !inner_scal,
    !inner_scal_r, (inner_sym n v), (inner_sym z v), (inner_sym z n). field. lra.
Qed.

Section granular_sgd_ap.
  (* samples and pulses, model, objective *)
  Variable P : sampler.
  Variable label : nat -> nat.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Let V : space := weights M size.
  Variables (f : V -> R) (grad : V -> V) (region : V -> Prop).
  Variable G : V -> V -> nat -> V.

  (* run and constants *)
  Variable W : history -> V.
  Variable device : nat -> nat -> R -> R -> R.
  Variable pulses : history -> nat -> V.
  Variables alpha gain gamma L sigma lower Lambda1 Lambdah energy : R.
  Variables (d : nat -> nat) (S : nat -> nat -> R).

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis gamma_nonneg : 0 <= gamma.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis Lambdah_nonneg : 0 <= Lambdah.

  Let fresh (h : history) (i : nat) : V := G (W h) (W h) (label i).
  Let lagged (h : history) (i : nat) : V := G (late d W h) (W h) (label i).

  (** the algorithm *)
  Hypothesis analog_sgd_ap : forall h i m c,
    W (i :: h) m c = device m c (W h m c) (- alpha * lagged h i m c) + pulses h i m c.

  (** smooth, lower *)
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= f (W h).

  (** unbiased, variance *)
  Hypothesis unbiased : forall h m c, met P K h -> given P h (fun i => fresh h i m c) = grad (W h) m c.
  Hypothesis variance : forall h, met P K h ->
    given P h (fun i => norm (minus (fresh h i) (grad (W h))) ^ 2) <= sigma ^ 2.

  (** response of the smooth device *)
  Hypothesis response : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    responds (device m c) gain gamma (W h m c) (- alpha * lagged h i m c).

  (** pulses: mean 0 given the past and the sample; [energy] is qmax^2 V *)
  Hypothesis pulses_unbiased : forall h m c (Y : nat -> R), met P K h ->
    given P h (fun i => Y (label i) * pulses h i m c) = 0.
  Hypothesis pulses_energy :
    average P K (fun h => match h with [] => 0 | i :: h => inner (pulses h i) (pulses h i) end) <= energy.

  (** lags, with the staleness sensitivity S of the model *)
  Hypothesis S_nonneg : forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j.
  Hypothesis sensitivity : forall h i m, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
    norm (minus (lagged h i) (fresh h i) m : euclid (size m))
    <= sum M (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j))).
  Hypothesis coherent_delay : delay_constant M S (fun m => INR (d m)) Lambda1.
  Hypothesis martingale_delay : delay_constant M S (fun m => sqrt (INR (d m))) Lambdah.

  Let r := alpha * gain.
  Let r_pos : 0 < r.
  Proof. now apply Rmult_lt_0_compat. Qed.

  Let A := average_squared_gradient P M size K grad W.
  Let p := (f (W []) - lower) / (r * INR K).
  Let x := r * L.
  Let q := (1 + gamma) * r * Lambda1.
  Let moved := sqrt (sigma ^ 2 + energy / r ^ 2).

  (** * To the run, sample and pulses are one noise, n - zeta/(alpha gain) *)

  Let felt (h : history) (i : nat) : V := fun m c => fresh h i m c - / r * pulses h i m c.
  Let taken_direction (h : history) (i : nat) : V := fun m c => lagged h i m c - / r * pulses h i m c.
  Let gradients (h : history) := grad (W h).

  Let F := F P M size K gradients.
  Let n := n P M size K gradients fresh.
  Let whole := Trajectory.n P M size K gradients felt.
  Let b := b P M size K felt taken_direction.
  Let e := e P M size K W taken_direction r.
  Let v := Trajectory.v P M size K W gradients felt taken_direction r.
  Let zeta : process P K V := fun h => match h with [] => zero | i :: h => pulses h i end.

  Let pulses_mean h m c : met P K h -> given P h (fun i => pulses h i m c) = 0.
  Proof.
    intros Met. rewrite <- (pulses_unbiased h m c (fun _ => 1) Met). apply apply_ext. intros. now rewrite Rmult_1_l.
  Qed.

  Let felt_unbiased h m c : met P K h -> given P h (fun i => felt h i m c) = grad (W h) m c.
  Proof.
    intros Met. unfold felt.
    rewrite (apply_ext (given P h) _ (fun i => fresh h i m c + - / r * pulses h i m c))
      by (intros; reals; ring).
    rewrite (apply_plus (given P h)), (apply_scal (given P h) (- / r) (fun i => pulses h i m c)).
    rewrite unbiased, pulses_mean by exact Met. ring.
  Qed.

  Let centred (X : history -> nat -> V) :
    (forall h m c, met P K h -> given P h (fun i => X h i m c) = grad (W h) m c) ->
    forall h m c, met P K h -> conditional P (fun h => Trajectory.n P M size K gradients X h m c) h = 0.
  Proof.
    intros U h m c Met. change (given P h (fun i => X h i m c - grad (W h) m c) = 0).
    rewrite (apply_ext (given P h) _ (fun i => X h i m c + (-1) * grad (W h) m c)) by (intros; ring).
    rewrite (apply_plus (given P h)), U by exact Met. rewrite (given_const P h (-1 * grad (W h) m c)). ring.
  Qed.

  Let zeta_martingale : martingale_difference P K zeta.
  Proof.
    apply lift_difference. intros m _. apply lift_difference. intros c _. apply real_difference.
    intros h R Len. exact (pulses_mean h m c (conj R Len)).
  Qed.

  (** What looks at the past and the sample alone is orthogonal to the pulses. *)
  Let orthogonal (X : process P K V) :
    (forall h m c, met P K h -> exists Y : nat -> R, forall i, reachable P (i :: h) -> X (i :: h) m c = Y (label i)) ->
    inner X zeta = 0.
  Proof.
    intros Looks.
    assert (Zero : forall h, met P K h -> conditional P (fun h => inner (X h) (zeta h)) h = 0).
    { intros h Met.
      change (given P h (fun i => sum_functional M (fun m => sum (size m) (fun c => X (i :: h) m c * pulses h i m c)))
        = 0).
      rewrite given_swap. apply apply_zero. intros m _.
      change (given P h (fun i => sum_functional (size m) (fun c => X (i :: h) m c * pulses h i m c)) = 0).
      rewrite given_swap. apply apply_zero. intros c _. destruct (Looks h m c Met) as [Y E].
      rewrite <- (pulses_unbiased h m c Y Met). apply apply_ext. intros i [Hi Pi].
      rewrite E; [reflexivity|]. simpl. destruct Met. tauto. }
    change (average P K (fun h => inner (X h) (zeta h)) = 0). apply Rle_antisym.
    - apply (Sequences.average_conditional P K _ _ K_pos). intros h R Len. now rewrite Zero; [apply Rle_refl | split].
    - enough (average P K (fun h => -1 * inner (X h) (zeta h)) <= 0) by (rewrite apply_scal in H; lra).
      apply (Sequences.average_conditional P K _ _ K_pos). intros h R Len. unfold conditional.
      rewrite (apply_scal (given P h) (-1) (fun i => inner (X (i :: h)) (zeta (i :: h)))).
      change (-1 * conditional P (fun h => inner (X h) (zeta h)) h <= 0). rewrite Zero by (split; assumption). lra.
  Qed.

  Let drift_seen h i m c :
    e (i :: h) m c = (W h m c - device m c (W h m c) (- alpha * lagged h i m c)) / r - lagged h i m c.
  Proof.
    unfold e, Trajectory.e, at_sample. rewrite analog_sgd_ap. unfold taken_direction. reals. field. lra.
  Qed.

  Let lag_seen h i m c : b (i :: h) m c = lagged h i m c - fresh h i m c.
  Proof. unfold b, Trajectory.b, at_sample, taken_direction, felt. reals. ring. Qed.

  Let v_zeta : inner v zeta = 0.
  Proof.
    apply orthogonal. intros h m c Met.
    exists (fun j => grad (W h) m c + ((G (late d W h) (W h) j m c - G (W h) (W h) j m c)
      + ((W h m c - device m c (W h m c) (- alpha * G (late d W h) (W h) j m c)) / r - G (late d W h) (W h) j m c))).
    intros i _. change (v (i :: h) m c) with (grad (W h) m c + (b (i :: h) m c + e (i :: h) m c)).
    now rewrite lag_seen, drift_seen.
  Qed.

  Let n_zeta : inner n zeta = 0.
  Proof.
    apply orthogonal. intros h m c Met. exists (fun j => G (W h) (W h) j m c - grad (W h) m c). reflexivity.
  Qed.

  Let all_is h : whole h = plus (n h) (scal (- / r) (zeta h)).
  Proof.
    apply weights_eq. intros m c. destruct h as [|i h].
    - change (0 = 0 + - / r * 0). ring.
    - change (felt h i m c - grad (W h) m c = fresh h i m c - grad (W h) m c + - / r * pulses h i m c).
      unfold felt. ring.
  Qed.

  Let n_energy : inner n n <= sigma ^ 2.
  Proof.
    apply (Sequences.average_conditional P K _ _ K_pos). intros h R Len.
    apply Rle_trans with (2 := variance h (conj R Len)), Req_le, apply_ext. intros i _.
    rewrite norm_sq. apply sum_ext. intros m _. apply sum_ext. intros c _.
    unfold minus, n, Trajectory.n, at_sample, gradients. simpl. ring.
  Qed.

  Let zeta_energy : inner zeta zeta <= energy.
  Proof.
    apply Rle_trans with (2 := pulses_energy). right. apply (apply_ext (average P K)). intros [|i h] [_ T];
      [simpl in T; lia | reflexivity].
  Qed.

  Let all_short : norm whole <= moved.
  Proof.
    apply norm_le; [apply sqrt_pos|].
    assert (E : inner whole whole = inner n n + inner zeta zeta / r ^ 2).
    { refine (eq_trans _ (proj2 (all_energy P K v n zeta r r_pos v_zeta n_zeta))). apply (apply_ext (average P K)).
      intros h _. now rewrite all_is. }
    assert (Q : 0 <= / r ^ 2) by (left; apply Rinv_0_lt_compat, pow_lt, r_pos).
    pose proof (Rmult_le_compat_r _ _ _ Q zeta_energy). pose proof (inner_pos zeta) as Z0.
    pose proof (Rmult_le_pos _ _ Z0 Q). unfold moved. rewrite pow2_sqrt.
    - rewrite E. unfold Rdiv. lra.
    - pose proof (pow2_ge_0 sigma). unfold Rdiv. lra.
  Qed.

  (** Theorem 1: p grows by L qmax^2 V/(2 alpha gain), the noise that the lags feel by qmax^2 V/(alpha gain)^2. *)
  Theorem granular_sharp : exists Y a,
    feasible (p + L / (2 * r) * energy) x sigma gamma q ((1 + gamma) * r * (Lambdah * moved)) A Y a.
  Proof.
    assert (HA : A = norm F ^ 2) by apply (A_is_norm P M size K gradients K_pos).
    rewrite HA. exists (norm v), (inner (scal (/ norm F) F) v).
    apply (run_sharp_granular P K (fun h => f (W h)) lower K_pos
      (mean_below P K (fun h => f (W h)) lower bounded_below) F n b e (scal (/ norm F) F) zeta r L gamma Lambda1
      (Lambdah * moved)); try assumption.
    - apply (noise P M size K gradients fresh). now apply centred.
    - apply direction_of_F.
    - apply (direction_known P M size K gradients K_pos).
    - apply (F_known P M size K gradients K_pos).
    - apply (staleness P M size K W gradients felt taken_direction r K_pos r_pos (centred felt felt_unbiased) d S
        S_nonneg) with (Lambda1 := Lambda1) (nu := Lambdah * moved); [|exact coherent_delay|].
      + intros h i m Met Next Hm.
        assert (Same : forall k (s w : euclid k), (forall c, s c = w c) -> norm s = norm w).
        { intros k s w Eq. apply lift_norm_ext. intros c _. simpl. now rewrite Eq. }
        rewrite (Same _ _ (minus (lagged h i) (fresh h i) m)) by (intros c; refine (eq_trans (lag_seen h i m c) _);
          unfold minus; simpl; ring).
        rewrite (sum_ext M _ (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j)))).
        * now apply sensitivity.
        * intros j _. f_equal. apply Same. intros. unfold moved, Trajectory.moved, at_sample, minus, late. simpl. ring.
      + apply Rle_trans with (1 := martingale_delay _). rewrite norm_stage_norms.
        apply Rmult_le_compat_l; [exact Lambdah_nonneg | exact all_short].
    - (* element by element the drift is at most gamma times the direction of the sample *)
      intros h T. rewrite <- (Rabs_pos_eq gamma gamma_nonneg) at 1. rewrite <- norm_scal. apply sqrt_le_1_alt.
      destruct (taken_cons P K K_pos h T) as (i & h' & -> & Met & R).
      apply sum_le. intros m Lm. apply sum_le. intros c Lc.
      assert (Dr : Rabs (e (i :: h') m c) <= gamma * Rabs (lagged h' i m c)).
      { rewrite drift_seen. pose proof (drift_of_response (device m c) alpha gain gamma (W h' m c) _ alpha_pos gain_pos
          (response h' i m c Met R Lm Lc)) as B. fold r in B.
        replace ((W h' m c - device m c (W h' m c) (- alpha * lagged h' i m c)) / r - lagged h' i m c)
          with (- (device m c (W h' m c) (- alpha * lagged h' i m c) - W h' m c) / r - lagged h' i m c)
          by (field; lra). exact B. }
      replace (scal gamma (plus (plus (F (i :: h')) (n (i :: h'))) (b (i :: h'))) m c) with (gamma * lagged h' i m c).
      2:{ change (gamma * lagged h' i m c
            = gamma * (grad (W h') m c + (fresh h' i m c - grad (W h') m c) + b (i :: h') m c)).
          rewrite lag_seen. ring. }
      change (e (i :: h') m c * e (i :: h') m c <= gamma * lagged h' i m c * (gamma * lagged h' i m c)).
      apply Rsqr_le_abs_1. now rewrite Rabs_mult, (Rabs_pos_eq gamma).
    - intros h T. destruct (taken_cons P K K_pos h T) as (i & h' & -> & Met & R).
      pose proof (smooth' P M size K f grad (fun w i => G w w (label i)) region taken_direction W r L K_pos r_pos
        gradient
        smooth convex inside h' i Met R) as D. cbv beta in D. simpl (tl _).
      set (move := step P M size K W gradients felt taken_direction r (i :: h')).
      replace (step P M size K W (fun h => grad (W h)) (fun h i => G (W h) (W h) (label i)) taken_direction r (i :: h'))
        with move in D.
      2:{ apply weights_eq. intros m c. unfold move.
          rewrite (step_is_the_move P M size K W gradients felt taken_direction r r_pos).
          symmetry. apply (step_is_the_move P M size K W _ _ taken_direction r r_pos). }
      assert (Move : move = scal (- r) (plus (v (i :: h')) (plus (n (i :: h')) (scal (- / r) (zeta (i :: h')))))).
      { rewrite <- all_is. reflexivity. }
      assert (Along : @inner V (grad (W h')) move = - r * (inner (grad (W h')) (v (i :: h'))
        + inner (grad (W h')) (n (i :: h'))) + inner (grad (W h')) (zeta (i :: h'))).
      { rewrite Move, inner_scal_r, !inner_plus_r, inner_scal_r. field. lra. }
      assert (Length : @inner V move move = r ^ 2 * norm (plus (v (i :: h')) (n (i :: h'))) ^ 2
        - 2 * r * (inner (v (i :: h')) (zeta (i :: h')) + inner (n (i :: h')) (zeta (i :: h')))
        + inner (zeta (i :: h')) (zeta (i :: h'))).
      { rewrite Move. now apply squared_step. }
      change (f (W (i :: h')) <= f (W h') + @inner V (grad (W h')) move + L / 2 * @inner V move move) in D.
      rewrite Along, Length in D. set (vk := v (i :: h') : V) in *. set (nk := n (i :: h') : V) in *.
      set (zk := zeta (i :: h') : V) in *.
      change (f (W (i :: h')) <= f (W h') - r * (@inner V (grad (W h')) vk + @inner V (grad (W h')) nk)
        + @inner V (grad (W h')) zk + L / 2 * (r ^ 2 * @norm V (plus vk nk) ^ 2
          - 2 * r * (@inner V vk zk + @inner V nk zk) + @inner V zk zk)).
      assert (D' : f (W (i :: h')) <= f (W h') + (- r * (@inner V (grad (W h')) vk + @inner V (grad (W h')) nk)
        + @inner V (grad (W h')) zk) + L / 2 * (r ^ 2 * @norm V (plus vk nk) ^ 2
          - 2 * r * (@inner V vk zk + @inner V nk zk) + @inner V zk zk)) by exact D.
      clear - D'. lra.
  Qed.
End granular_sgd_ap.

Print Assumptions granular_sharp.
